package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.Slot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a killed process leaves can be opened, whichever name was changed last. A copy of the directory taken in the
 * middle of an operation is what the death of the process would leave there.
 */
class KilledAtAnyMomentTest {
    private static final long CAPACITY = 20;

    @TempDir
    Path place;

    private final HookedFiles files = new HookedFiles();
    private int copies;

    private OffHeapMemoryBuilder builder(Path directory) {
        return OffHeapReplayMemory.builder(Story.schema(RowLayout.ARRIVAL), CAPACITY)
                .directory(directory)
                .segmentRows(4)
                .withoutAutomaticUpkeep();
    }

    private void openCopy(Path directory, long told) throws IOException {
        Path copy = place.resolve("copy-" + copies++);
        try (Stream<Path> entries = Files.walk(directory)) {
            for (Path from : entries.toList()) {
                Path to = copy.resolve(directory.relativize(from));
                if (Files.isDirectory(from)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(from, to);
                }
            }
        }
        try (OffHeapReplayMemory memory = builder(copy).open();
                Sampler sampler =
                        memory.sampler(SamplerSpec.uniform("learner", 8).build())) {
            assertThat(memory.stats().appendedRows()).isGreaterThanOrEqualTo(told);
            if (told > Story.EPISODE && sampler.trySample(sampler.newBatch())) {
                Story.check(sampler.sample(sampler.newBatch()));
            }
        }
    }

    @Test
    void everyStateOfTheDirectoryCanBeOpened() throws IOException {
        for (long seed = 1; seed <= 2; seed++) {
            Path directory = place.resolve("memory-" + seed);
            SplitMix64 random = new SplitMix64(seed);
            long[] told = new long[1];
            try (OffHeapReplayMemory memory = builder(directory).files(files).open()) {
                files.afterNameChange = () -> openCopy(directory, told[0]);
                StreamWriter writer = memory.writer("a");
                Segment sealing = null;
                for (long n = 0; n < 150; n++) {
                    Story.tell(writer, 0, n);
                    told[0] = memory.ring().head();
                    int choice = random.nextInt(24);
                    if (choice == 0) {
                        abandonARow(memory, random.nextInt(3));
                    } else if (choice == 1) {
                        memory.upkeep().turn();
                    } else if (choice == 2 && sealing == null) {
                        sealing = beginSealing(memory);
                    } else if (choice < 5 && sealing != null) {
                        sealing.advance(Segment.Life.SEALING, Segment.Life.LIVE);
                        sealing = null;
                    }
                }
                files.afterNameChange = () -> {};
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed=" + seed, e);
            }
        }
    }

    /** A sealer that is stopped in the middle of the oldest segment. */
    private static @Nullable Segment beginSealing(OffHeapReplayMemory memory) {
        long tail = memory.ring().tail(memory.ring().head());
        Segment segment = memory.ring().table().get(memory.ring().geometry().ordinal(tail));
        return segment != null && segment.advance(Segment.Life.LIVE, Segment.Life.SEALING) ? segment : null;
    }

    /** A writer that stops at some step for ever. */
    private static void abandonARow(OffHeapReplayMemory memory, int rows) {
        EpochRecord epoch = memory.epochs().register();
        epoch.enter();
        long first = memory.ring().claim(1 + rows);
        if (rows > 0) {
            Slot.mark(memory.ring().rowAddress(first), first);
        }
        // Not stopped for ever after all, so that the memory can be closed; but its slots stay.
        epoch.exit();
    }

    @Test
    void segmentThatAStoppedWriterMadeTooLateIsLeftOver() throws IOException {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = builder(directory).files(files).open()) {
            StreamWriter slow = memory.writer("slow");
            StreamWriter quick = memory.writer("quick");
            boolean[] late = new boolean[1];
            files.afterNameChange = () -> {
                // The file of the segment has its name, and its writer is stopped for as long as all this takes.
                if (!late[0]) {
                    late[0] = true;
                    for (long n = 0; n < 100; n++) {
                        Story.tell(quick, 1, n);
                        memory.upkeep().turn();
                    }
                    openCopy(directory, 100);
                }
            };
            Story.tell(slow, 0, 0);
            assertThat(late[0]).isTrue();
            openCopy(directory, 101);
            assertThat(segments(directory)).hasSizeLessThan(12);
        }
        try (OffHeapReplayMemory memory = builder(directory).open()) {
            assertThat(memory.stats().appendedRows()).isEqualTo(101);
        }
    }

    private static List<Path> segments(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory.resolve("segments"))) {
            return entries.toList();
        }
    }
}
