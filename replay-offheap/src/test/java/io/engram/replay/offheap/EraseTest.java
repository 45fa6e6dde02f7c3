package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.Episode;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.FrameStack;
import io.engram.replay.NStep;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.TooFewTransitionsException;
import io.engram.replay.Windows;
import io.engram.replay.offheap.internal.priority.Leaf;
import io.engram.replay.offheap.internal.priority.RingIndex;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is erased is gone for samplers, queries, writers and priorities at once, and all else is as it was. */
class EraseTest {
    private static final int CAPACITY = 600;
    private static final int STREAMS = SubjectPlay.STREAMS;
    private static final int MILLION = SubjectPlay.MILLION;

    @TempDir
    Path place;

    private static Schema schema(RowLayout layout) {
        return Schema.builder()
                .observation(DType.I64)
                .action(DType.I64)
                .reward()
                .rowLayout(layout)
                .build();
    }

    private OffHeapReplayMemory open(RowLayout layout) {
        return builder(layout).open();
    }

    private OffHeapMemoryBuilder builder(RowLayout layout) {
        return OffHeapReplayMemory.builder(schema(layout), CAPACITY)
                .segmentRows(32)
                .directory(place.resolve("memory"))
                .priorities(PriorityIndex.proportional("default").build())
                .priorities(PriorityIndex.rankBased("ranked").build())
                .priorities(PriorityIndex.proportional("windows")
                        .windows(Windows.of(4))
                        .build());
    }

    private static List<SamplerSpec> specs() {
        return List.of(
                SamplerSpec.uniform("uniform", 64).seed(1).build(),
                SamplerSpec.uniform("n-step", 64)
                        .seed(2)
                        .nStep(NStep.of(3, 0.9))
                        .build(),
                SamplerSpec.uniform("stacked", 64)
                        .seed(3)
                        .stack("observation", FrameStack.of(3))
                        .build(),
                SamplerSpec.uniform("windowed", 64)
                        .seed(4)
                        .windows(Windows.of(5))
                        .build(),
                SamplerSpec.prioritized("prioritized", 64).seed(5).build(),
                SamplerSpec.prioritized("by rank", 64).seed(6).index("ranked").build(),
                SamplerSpec.prioritized("by window", 64)
                        .seed(7)
                        .index("windows")
                        .windows(Windows.of(4))
                        .build());
    }

    /** Every value that samplers deliver in many batches. */
    private static Set<Integer> sampledSubjects(OffHeapReplayMemory memory) {
        Set<Integer> subjects = new TreeSet<>();
        for (SamplerSpec spec : specs()) {
            try (Sampler sampler = memory.sampler(spec)) {
                Batch batch = sampler.newBatch();
                for (int i = 0; i < 60; i++) {
                    sampler.sample(batch);
                    for (String name : batch.names()) {
                        if (batch.column(name).dtype() == DType.I64 && !name.startsWith("@")) {
                            LongBuffer values = batch.column(name).longs();
                            while (values.hasRemaining()) {
                                subjects.add((int) (values.get() / MILLION));
                            }
                        }
                    }
                }
            }
        }
        return subjects;
    }

    private static long mass(RingIndex index) {
        long sum = 0;
        for (int leaf = 0; leaf < index.tree().count(); leaf++) {
            sum += Leaf.mass(index.tree().word(leaf));
        }
        return sum;
    }

    /** Rows that are not of some episodes. */
    private static Map<Long, StoredRow> rows(OffHeapReplayMemory memory, Collection<Long> without) {
        TreeMap<Long, StoredRow> rows = HeldRows.of(memory);
        rows.values().removeIf(row -> without.contains(row.episode()));
        return new LinkedHashMap<>(rows);
    }

    private static Set<Long> numbers(OffHeapReplayMemory memory, Predicate<Episode> wanted) {
        Set<Long> numbers = new TreeSet<>();
        memory.episodes().stream().filter(wanted).forEach(episode -> numbers.add(episode.number()));
        return numbers;
    }

    @ParameterizedTest
    @EnumSource
    void subjectIsGoneAtOnceAndTheRestIsAsItWas(RowLayout layout) {
        Map<Long, StoredRow> before;
        Set<Long> gone;
        try (OffHeapReplayMemory memory = open(layout)) {
            SubjectPlay play = new SubjectPlay(memory);
            play.steps(900);
            play.begin(1, 3);
            play.step(1, false);
            gone = numbers(
                    memory,
                    episode -> SubjectPlay.subject(3).equals(episode.label().subject()));
            before = rows(memory, gone);
            assertThat(sampledSubjects(memory)).contains(3);
            PendingErasure pending = memory.beginErasure(ErasureRequest.subject(SubjectPlay.subject(3)));

            assertThat(pending.rows()).isPositive();
            assertThat(sampledSubjects(memory)).doesNotContain(3).contains(1, 2, 4);
            assertThat(memory.catalogue().bySubject(SubjectPlay.subject(3))).isEmpty();
            assertThat(numbers(memory, episode -> true)).doesNotContainAnyElementsOf(gone);
            // The episode that was open.
            long head = memory.ring().head();
            assertThat(play.step(1, false)).isEqualTo(StreamWriter.NO_ROW);
            assertThat(play.step(1, true)).isEqualTo(StreamWriter.NO_ROW);
            assertThat(memory.ring().head()).isEqualTo(head);
            assertThat(play.writers.get(1).inEpisode()).isFalse();

            ErasureCertificate certificate = pending.await();
            assertThat(certificate.rows()).isEqualTo(pending.rows());
            assertThat(certificate.episodes()).isGreaterThanOrEqualTo(gone.size());
            assertThat(rows(memory, gone)).isEqualTo(before);
            assertThat(HeldRows.of(memory)).hasSameSizeAs(before);
            assertThat(Erasures.of(place.resolve("memory"))
                            .verify(certificate.id())
                            .findings())
                    .isEmpty();
            play.begin(1, 3);
            assertThat(play.step(1, false)).isNotEqualTo(StreamWriter.NO_ROW);
            play.steps(40);
            assertThat(memory.catalogue().bySubject(SubjectPlay.subject(3))).isNotEmpty();
            before = rows(memory, gone);
        }
        try (OffHeapReplayMemory memory = open(layout)) {
            assertThat(rows(memory, gone)).isEqualTo(before);
            assertThat(numbers(memory, episode -> true)).doesNotContainAnyElementsOf(gone);
            sampledSubjects(memory);
        }
        assertThat(StoreCheck.of(place.resolve("memory")).run().isSound()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void prioritiesOfWhatIsErasedAreGone(RowLayout layout) {
        try (OffHeapReplayMemory memory = open(layout)) {
            new SubjectPlay(memory).steps(500);
            Sampler sampler =
                    memory.sampler(SamplerSpec.prioritized("learner", 32).build());
            Batch batch = sampler.sample(sampler.newBatch());
            memory.erase(ErasureRequest.episodes(numbers(memory, episode -> true)));
            for (RingIndex index : memory.indexes().all()) {
                assertThat(mass(index)).isZero();
                assertThat(index.transitions()).isZero();
            }
            float[] errors = new float[32];
            Arrays.fill(errors, 5f);
            sampler.updateTdErrors(batch, errors);
            assertThat(mass(memory.indexes().index("default"))).isZero();
            assertThatThrownBy(() -> sampler.sample(batch)).isInstanceOf(TooFewTransitionsException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfRequestErasesWhatItSays(RowLayout layout) {
        try (OffHeapReplayMemory memory = open(layout)) {
            SubjectPlay play = new SubjectPlay(memory);
            play.steps(700);
            Set<Long> tagged = numbers(memory, episode -> episode.label().tags().contains("tag-1"));
            memory.erase(ErasureRequest.tag("tag-1"));
            assertThat(numbers(memory, episode -> true))
                    .doesNotContainAnyElementsOf(tagged)
                    .isNotEmpty();

            Set<Long> few = Set.copyOf(
                    numbers(memory, episode -> true).stream().limit(3).toList());
            memory.erase(ErasureRequest.episodes(few));
            assertThat(numbers(memory, episode -> true))
                    .doesNotContainAnyElementsOf(few)
                    .isNotEmpty();

            play.steps(50);
            memory.erase(ErasureRequest.stream("stream-2"));
            assertThat(memory.catalogue().byStream("stream-2")).isEmpty();
            assertThat(memory.catalogue().byStream("stream-1")).isNotEmpty();
            assertThat(HeldRows.of(memory).values())
                    .noneMatch(row -> tagged.contains(row.episode()) || few.contains(row.episode()))
                    .noneMatch(row -> row.stream() == 2);
        }
        assertThat(StoreCheck.of(place.resolve("memory")).run().isSound()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void rangeOfRowsGoesAndEpisodesGoOn(RowLayout layout) {
        try (OffHeapReplayMemory memory = open(layout)) {
            SubjectPlay play = new SubjectPlay(memory);
            play.steps(300);
            TreeMap<Long, StoredRow> before = HeldRows.of(memory);
            long head = memory.ring().head();
            Set<Long> all = numbers(memory, episode -> true);
            memory.erase(ErasureRequest.sequences(head - 100, head - 20));
            TreeMap<Long, StoredRow> after = HeldRows.of(memory);
            Set<Long> lost = new TreeSet<>(before.keySet());
            lost.removeAll(after.keySet());
            assertThat(lost)
                    .containsAll(LongStream.range(head - 100, head - 20)
                            .filter(before::containsKey)
                            .boxed()
                            .toList());
            // The rows that hold a state of the range as their next state.
            assertThat(lost.stream().filter(row -> row < head - 100))
                    .allMatch(row -> layout == RowLayout.SELF_CONTAINED)
                    .hasSizeLessThanOrEqualTo(STREAMS);
            after.forEach((sequence, row) -> assertThat(row).isEqualTo(before.get(sequence)));
            assertThat(numbers(memory, episode -> true)).isEqualTo(all);
            play.steps(50);
            sampledSubjects(memory);
        }
        try (OffHeapReplayMemory memory = open(layout)) {
            sampledSubjects(memory);
        }
        assertThat(StoreCheck.of(place.resolve("memory")).run().isSound()).isTrue();
    }

    @Test
    void samplerOfChosenEpisodesDrawsNoErasedOnes() {
        try (OffHeapReplayMemory memory = open(RowLayout.ARRIVAL)) {
            new SubjectPlay(memory).steps(700);
            Sampler sampler = memory.sampler(SamplerSpec.uniform("tagged", 32)
                    .episodes(EpisodeFilter.withTag("tag-0"))
                    .build());
            Batch batch = sampler.sample(sampler.newBatch());
            memory.erase(ErasureRequest.subject(SubjectPlay.subject(0)));
            for (int i = 0; i < 200; i++) {
                LongBuffer values = sampler.sample(batch).column("observation").longs();
                while (values.hasRemaining()) {
                    assertThat(values.get() / MILLION).isNotZero();
                }
            }
        }
    }

    @Test
    void erasedSnapshotsAndForksHaveItNoMore() {
        Path directory = place.resolve("memory");
        Path fork = place.resolve("fork");
        try (OffHeapReplayMemory memory = open(RowLayout.ARRIVAL)) {
            SubjectPlay play = new SubjectPlay(memory);
            play.steps(400);
            memory.snapshot("one");
            Snapshots.of(directory).fork("one", fork);
            play.steps(300);
            memory.snapshot("two");
            play.steps(100);
            ErasureCertificate certificate = memory.erase(ErasureRequest.subject(SubjectPlay.subject(5)));
            assertThat(certificate.kin())
                    .extracting(ErasureCertificate.Kin::state)
                    .containsExactly("REQUESTED");
            for (String name : List.of("one", "two")) {
                try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(directory, name)) {
                    assertThat(snapshot.catalogue().bySubject(SubjectPlay.subject(5)))
                            .isEmpty();
                    assertThat(sampledSubjects(snapshot)).doesNotContain(5).contains(4);
                }
            }
            try (OffHeapReplayMemory other = OffHeapReplayMemory.open(fork)) {
                assertThat(other.catalogue().bySubject(SubjectPlay.subject(5))).isEmpty();
                assertThat(sampledSubjects(other)).doesNotContain(5).contains(4);
            }
            assertThat(Erasures.of(directory).certificates().get(0).kin())
                    .extracting(ErasureCertificate.Kin::state)
                    .containsExactly("FINISHED");
            assertThat(Erasures.of(fork).verify(certificate.id()).isProven()).isTrue();
        }
        assertThat(StoreCheck.of(directory).run().isSound()).isTrue();
        assertThat(StoreCheck.of(fork).run().isSound()).isTrue();
    }

    /** Nobody could say that they are not meant: the journal may have forgotten their episodes. */
    @Test
    void whatIsInNobodysWindowGoesToo() throws IOException {
        // Whose files come and go only in turns.
        try (OffHeapReplayMemory memory =
                builder(RowLayout.ARRIVAL).withoutAutomaticUpkeep().open()) {
            SubjectPlay play = new SubjectPlay(memory);
            for (int i = 0; i < 20; i++) {
                play.steps(50);
                memory.upkeep().turn();
            }
            long tail = memory.ring().tail(memory.ring().head());
            assertThat(leftBehind(memory, tail)).isPositive();
            memory.erase(ErasureRequest.subject("nobody"));
            assertThat(leftBehind(memory, tail)).isZero();
            assertThat(Erasures.of(place.resolve("memory"))
                            .certificates()
                            .get(0)
                            .rows())
                    .isZero();
        }
        assertThat(StoreCheck.of(place.resolve("memory")).run().isSound()).isTrue();
    }

    /** Slots with bytes of rows that have left the window. */
    private long leftBehind(OffHeapReplayMemory memory, long tail) throws IOException {
        SegmentGeometry geometry = memory.ring().geometry();
        long count = 0;
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(place.resolve("memory").resolve("segments"))) {
            for (Path file : files) {
                ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < geometry.rows(); i++) {
                    int row = SegmentGeometry.ROWS_OFFSET + i * geometry.stride();
                    boolean held = Stamp.state(bytes.getLong(row)) == Stamp.PUBLISHED
                            && Stamp.sequence(bytes.getLong(row)) >= tail;
                    boolean full = false;
                    for (int at = Long.BYTES; at < geometry.stride(); at += Long.BYTES) {
                        full |= bytes.getLong(row + at) != 0;
                    }
                    count += full && !held ? 1 : 0;
                }
            }
        }
        return count;
    }

    /** Writers have the label of the episode before for the next one, and snapshots have what writers have. */
    @Test
    void laterSnapshotsDoNotNameWhoWasErased() throws IOException {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(RowLayout.SELF_CONTAINED)) {
            SubjectPlay play = new SubjectPlay(memory);
            play.steps(100);
            for (int stream = 0; stream < STREAMS; stream++) {
                play.begin(stream, 4);
                play.step(stream, stream % 2 == 0);
            }
            memory.erase(ErasureRequest.subject(SubjectPlay.subject(4)));
            memory.snapshot("later");
            assertThat(filesWith(directory, SubjectPlay.subject(4))).isEmpty();
            play.writers.get(0).field("observation").set(SubjectPlay.value(4, 1));
            play.writers.get(0).begin();
            assertThat(memory.catalogue().bySubject(SubjectPlay.subject(4))).hasSize(1);
            memory.snapshot("named-again");
            assertThat(filesWith(directory, SubjectPlay.subject(4))).isNotEmpty();
        }
    }

    private static List<Path> filesWith(Path directory, String text) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("lock"))
                    .filter(file -> contains(file, text))
                    .toList();
        }
    }

    private static boolean contains(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void progressIsToldStepByStep() {
        try (OffHeapReplayMemory memory = open(RowLayout.ARRIVAL)) {
            new SubjectPlay(memory).steps(300);
            memory.snapshot("one");
            List<ErasureProgress.Step> finished = new ArrayList<>();
            memory.erase(ErasureRequest.subject(SubjectPlay.subject(1)).progress((step, files, all) -> {
                if (files == all) {
                    finished.add(step);
                }
            }));
            assertThat(finished).containsExactly(ErasureProgress.Step.values());
        }
    }

    @Test
    void volatileMemoriesAndSnapshotsRefuse() {
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(schema(RowLayout.ARRIVAL), CAPACITY)
                .storage(Storage.VOLATILE)
                .open()) {
            assertThatThrownBy(() -> memory.erase(ErasureRequest.subject("x")))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
        try (OffHeapReplayMemory memory = open(RowLayout.ARRIVAL)) {
            new SubjectPlay(memory).steps(50);
            memory.snapshot("one");
        }
        try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(place.resolve("memory"), "one")) {
            assertThatThrownBy(() -> snapshot.erase(ErasureRequest.subject("x")))
                    .isInstanceOf(ReadOnlyMemoryException.class);
        }
    }
}
