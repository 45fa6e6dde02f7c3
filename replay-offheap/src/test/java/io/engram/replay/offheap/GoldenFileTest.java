package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.Field;
import io.engram.replay.InitialPriority;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.contract.EpisodeContract;
import io.engram.replay.contract.SameBatches;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.onheap.HeapReplayMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Memories as version 1 wrote them, kept: today's code must open them, find exactly their rows, and write the same
 * bytes for the same history. With sealed, open, recycled and prepared segments.
 *
 * <p>Version 1 is frozen: these files are never written again. A change of the format is a new version with new files
 * beside these, which {@link GoldenFiles} can add.
 */
class GoldenFileTest {
    private static final long CAPACITY = 14;
    private static final UUID MEMORY_ID = new UUID(0x0123456789abcdefL, 0xfedcba9876543210L);
    private static final long INCARNATION = 0x1122334455667788L;

    private static final PriorityIndex[] INDEXES = {
        PriorityIndex.proportional("default").build(),
        PriorityIndex.rankBased("by-rank")
                .alpha(0.5)
                .initial(InitialPriority.recentMaximum(3))
                .rerankEvery(4)
                .build()
    };

    @TempDir
    Path place;

    @ParameterizedTest
    @EnumSource
    void keptMemoryIsOpenedAndHasItsRows(RowLayout layout) throws IOException {
        Path kept = unzip(layout);
        try (OffHeapReplayMemory memory = builder(layout, kept).open();
                ReplayMemory twin = new HeapReplayMemory(schema(layout), CAPACITY, INDEXES)) {
            assertThat(rows(memory)).isEqualTo(GoldenFiles.text(name(layout)));
            assertThat(StoredJournal.streams(kept)).isEqualTo(Map.of(0, "left", 1, "right \u00e4\u4e16"));
            play(twin, () -> {});
            SameBatches.assertSameBatches(twin, memory, 1, 2, 3);
            assertThat(memory.policyVersion()).isEqualTo(twin.policyVersion()).isEqualTo(5);
            assertThat(timeless(memory)).isEqualTo(timeless(twin)).hasSizeGreaterThan(2);
            assertThat(memory.priorityIndexes()).containsExactly(INDEXES[1], INDEXES[0]);
            assertThat(masses(memory)).isEqualTo(masses(twin));
        }
    }

    @ParameterizedTest
    @EnumSource
    void sameHistoryIsWrittenAsTheSameBytes(RowLayout layout) throws IOException {
        Path today = place.resolve("today");
        write(layout, today);
        DirectoryImage expected = DirectoryImage.of(unzip(layout));
        DirectoryImage found = DirectoryImage.of(today);
        found.entries().remove("lock");
        assertThat(found.entries()).isEqualTo(expected.entries());
        expected.files()
                .forEach((name, bytes) -> assertThat(found.files().get(name))
                        .as("%s of layout %s", name, layout)
                        .isEqualTo(bytes));
        StoredSegments stored = StoredSegments.read(today);
        assertThat(stored.sealed()).hasSizeGreaterThan(1);
        assertThat(stored.ordinals()).doesNotContain(0L);
    }

    /** Fields of many lengths, so that there is padding, in both roles. */
    private static Schema schema(RowLayout layout) {
        return Schema.builder()
                .observation(DType.F32, 3)
                .add(Field.state("mask", DType.BOOL, 5))
                .add(Field.state("clock", DType.F64))
                .action(DType.I16)
                .reward()
                .add(Field.step("info/visits", DType.I64, 2))
                .rowLayout(layout)
                .build();
    }

    static OffHeapMemoryBuilder builder(RowLayout layout, Path directory) {
        return OffHeapReplayMemory.builder(schema(layout), CAPACITY)
                .directory(directory)
                .segmentRows(4)
                .priorities(INDEXES)
                .identity(MEMORY_ID, INCARNATION)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .clock(() -> 1_700_000_000_000L)
                .withoutAutomaticUpkeep();
    }

    private static void write(RowLayout layout, Path directory) {
        try (OffHeapReplayMemory memory = builder(layout, directory).open()) {
            play(memory, memory.upkeep()::turn);
        }
    }

    /** Episodes of two streams that end in every way: terminated, truncated, both, abandoned, open. */
    private static void play(ReplayMemory memory, Runnable turn) {
        try (StreamWriter left = memory.writer("left");
                StreamWriter right = memory.writer("right \u00e4\u4e16")) {
            for (int i = 0; i < 33; i++) {
                if (i == 25) {
                    rate(memory, "default");
                    rate(memory, "by-rank");
                }
                act(i % 3 == 0 ? right : left, i);
                turn.run();
            }
        }
    }

    static void act(StreamWriter writer, int i) {
        if (i % 5 == 4) {
            writer.policyVersion(i / 5);
            writer.label(EpisodeLabel.ofSubject("subject \u00e4 " + i, "even", "tag-" + i));
        }
        stage(writer, i);
        if (!writer.inEpisode() || i % 10 == 9) {
            writer.begin();
        } else {
            writer.step(i % 7 == 0, i % 14 < 2);
        }
    }

    static List<String> timeless(ReplayMemory memory) {
        return memory.episodes().stream().map(EpisodeContract::text).toList();
    }

    /** Draws once and gives what was drawn different priorities. */
    static void rate(ReplayMemory memory, String index) {
        try (Sampler sampler =
                memory.sampler(SamplerSpec.prioritized("rater", 3).index(index).build())) {
            sampler.updateTdErrors(sampler.sample(sampler.newBatch()), new float[] {-2, 0.5f, 3});
        }
    }

    private static void stage(StreamWriter writer, int i) {
        writer.field("observation").set(new float[] {i, -0.5f * i, Float.intBitsToFloat(0x7fc00000 + i)});
        writer.field("mask").set(new boolean[] {i % 2 == 0, true, false, i % 3 == 0, true});
        writer.field("clock").set(i / 8.0);
        writer.field("action").set(-i);
        writer.field("reward").set(1.0f / (i + 1));
        writer.field("info/visits").set(new long[] {1L << i, ~i});
    }

    /** By the transition's start: its probability in the proportional index. */
    private static Map<Long, Double> masses(ReplayMemory memory) {
        Map<Long, Double> masses = new TreeMap<>();
        try (Sampler sampler =
                memory.sampler(SamplerSpec.prioritized("reader", 500).build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            for (int row = 0; row < batch.size(); row++) {
                masses.put(batch.sequence(row), batch.probability(row));
            }
        }
        assertThat(masses).hasSizeGreaterThan(4);
        return masses;
    }

    static String rows(OffHeapReplayMemory memory) {
        return HeldRows.of(memory).values().stream().map(row -> row + "\n").collect(Collectors.joining());
    }

    private Path unzip(RowLayout layout) throws IOException {
        Path directory = place.resolve("kept");
        GoldenFiles.image(name(layout)).writeTo(directory);
        return directory;
    }

    private static String name(RowLayout layout) {
        return "v1-" + layout.text();
    }
}
