package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.AgeLimit;
import io.engram.replay.Batch;
import io.engram.replay.BetaSchedule;
import io.engram.replay.DType;
import io.engram.replay.NStep;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.Windows;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Snapshots of a memory that one thread uses: each is of one moment, and a run that goes on from it goes on alike. */
class SnapshotTest {
    private static final PriorityIndex[] INDEXES = {
        PriorityIndex.proportional("default").build(),
        PriorityIndex.rankBased("ranks").rerankEvery(40).build(),
        PriorityIndex.proportional("windows")
                .windows(Windows.of(3).withStride(2))
                .build()
    };

    @TempDir
    Path place;

    @ParameterizedTest
    @EnumSource
    void snapshotIsOfTheMomentWhenItWasTaken(RowLayout layout) {
        for (int seed = 1; seed <= 6; seed++) {
            Path directory = place.resolve("memory-" + seed);
            List<MemoryImage> images = new ArrayList<>();
            try (OffHeapReplayMemory memory = open(directory, layout);
                    Life life = new Life(memory, seed, 1)) {
                for (int i = 0; i < 5; i++) {
                    life.live(20 * seed, step -> {});
                    // Ranks are made anew with a snapshot.
                    memory.snapshot("s" + i);
                    images.add(MemoryImage.of(memory));
                    requireSame(directory, images);
                }
                life.live(300, step -> {});
                requireSame(directory, images);
            }
            requireSame(directory, images);
        }
    }

    private static void requireSame(Path directory, List<MemoryImage> images) {
        for (int i = 0; i < images.size(); i++) {
            try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(directory, "s" + i)) {
                assertThat(MemoryImage.of(snapshot)).as("snapshot %d", i).isEqualTo(images.get(i));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void runThatGoesOnFromASnapshotDoesWhatTheOneDoesThatWasNeverStopped(RowLayout layout) {
        for (int seed = 1; seed <= 6; seed++) {
            Path whole = place.resolve("whole-" + seed);
            Path stopped = place.resolve("stopped-" + seed);
            int steps = 240;
            int every = 30;
            List<String> expected = new ArrayList<>();
            MemoryImage last;
            try (OffHeapReplayMemory memory = open(whole, layout);
                    Life life = new Life(memory, seed, 2)) {
                life.live(steps, step -> {
                    expected.add(step);
                    life.snapshotEvery(every);
                });
                last = MemoryImage.of(memory);
            }
            List<String> found = new ArrayList<>();
            SplitMix64 stops = new SplitMix64(seed);
            MemoryImage end = null;
            while (end == null) {
                try (OffHeapReplayMemory memory = open(stopped, layout);
                        Life life = new Life(memory, seed, 2)) {
                    while (found.size() > life.step) {
                        found.remove(found.size() - 1);
                    }
                    int until = (int) Math.min(steps, life.step + 20 + stops.nextInt(60));
                    life.live(until - (int) life.step, step -> {
                        found.add(step);
                        life.snapshotEvery(every);
                    });
                    if (until == steps) {
                        end = MemoryImage.of(memory);
                    }
                }
                if (end == null && !snapshots(stopped).list().isEmpty()) {
                    List<Snapshot> snapshots = snapshots(stopped).list();
                    snapshots(stopped)
                            .restore(snapshots.get(snapshots.size() - 1).name());
                } else if (end == null) {
                    DirectoryImage.delete(stopped);
                }
            }
            assertThat(found).as("seed=%d", seed).isEqualTo(expected);
            assertThat(end).as("seed=%d", seed).isEqualTo(last);
        }
    }

    @Test
    void forkGoesItsOwnWayAndTouchesNothingElse() {
        Path directory = place.resolve("memory");
        Path fork = place.resolve("fork");
        MemoryImage image;
        try (OffHeapReplayMemory memory = open(directory, RowLayout.ARRIVAL);
                Life life = new Life(memory, 3, 2)) {
            life.live(100, step -> {});
            memory.beginSnapshot(SnapshotRequest.named("here").step(100).state("life", Captured.of(life.state())))
                    .await();
            image = MemoryImage.of(memory);
            DirectoryImage before = DirectoryImage.of(directory.resolve("snapshots"));
            snapshots(directory).fork("here", fork);
            try (OffHeapReplayMemory other = open(fork, RowLayout.ARRIVAL)) {
                assertThat(MemoryImage.of(other)).isEqualTo(image);
                assertThat(other.resumePoint().orElseThrow().step()).isEqualTo(100);
                try (Life otherLife = new Life(other, 3, 2)) {
                    otherLife.live(200, step -> {});
                    life.live(150, step -> {});
                }
            }
            assertThat(DirectoryImage.of(directory.resolve("snapshots"))).isEqualTo(before);
        }
        try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(directory, "here")) {
            assertThat(MemoryImage.of(snapshot)).isEqualTo(image);
        }
        try (OffHeapReplayMemory other = open(fork, RowLayout.ARRIVAL)) {
            assertThat(other.resumePoint()).isEmpty();
        }
    }

    @Test
    void whatAMemoryWasMadeFromIsKnownWithoutOpeningIt() throws IOException {
        Path directory = place.resolve("memory");
        Path fork = place.resolve("fork");
        assertThat(snapshots(directory).origin()).isEmpty();
        byte[] state;
        try (OffHeapReplayMemory memory = open(directory, RowLayout.ARRIVAL);
                Life life = new Life(memory, 3, 2)) {
            life.live(100, step -> {});
            state = life.state();
            memory.beginSnapshot(SnapshotRequest.named("here").step(100).state("life", Captured.of(state)))
                    .await();
            life.live(20, step -> {});
        }
        assertThat(snapshots(directory).origin()).isEmpty();
        snapshots(directory).fork("here", fork);
        snapshots(directory).restore("here");
        // As if killed when all but the last part was moved.
        Files.createDirectory(directory.resolve("restore"));
        Files.move(directory.resolve("resume"), directory.resolve("restore/resume"));
        for (Path made : List.of(directory, fork)) {
            ResumePoint origin = snapshots(made).origin().orElseThrow();
            assertThat(origin.name()).isEqualTo("here");
            assertThat(origin.step()).isEqualTo(100);
            assertThat(origin.state("life").orElseThrow()).isEqualTo(state);
            try (OffHeapReplayMemory memory = open(made, RowLayout.ARRIVAL);
                    Life life = new Life(memory, 3, 2)) {
                life.live(50, step -> {});
                assertThat(snapshots(made).origin()).isPresent();
            }
            try (OffHeapReplayMemory memory = open(made, RowLayout.ARRIVAL)) {
                assertThat(memory.resumePoint()).isEmpty();
            }
            assertThat(snapshots(made).origin()).isEmpty();
        }
    }

    @Test
    void memoryWhoseEpisodesWereEndedIsAtNoSnapshotAnyMore() {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(directory, RowLayout.ARRIVAL);
                StreamWriter writer = memory.writer("actor-0")) {
            writer.field("observation").set(Experience.state("actor-0", 0));
            writer.begin();
            memory.snapshot("here");
        }
        snapshots(directory).restore("here");
        // Looking does no harm.
        open(directory, RowLayout.ARRIVAL).close();
        try (OffHeapReplayMemory memory = open(directory, RowLayout.ARRIVAL);
                StreamWriter writer = memory.writer("actor-0")) {
            assertThat(memory.resumePoint()).isPresent();
            assertThat(writer.inEpisode()).isTrue();
        }
        try (OffHeapReplayMemory memory = open(directory, RowLayout.ARRIVAL);
                StreamWriter writer = memory.writer("actor-0")) {
            assertThat(memory.resumePoint()).isEmpty();
            assertThat(writer.inEpisode()).isFalse();
        }
    }

    @Test
    void namesAreCheckedAndNeverUsedTwice() {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(directory, RowLayout.ARRIVAL)) {
            for (String name :
                    List.of("", ".", "..", "a/b", "../a", "a\\b/", "a.tmp", "-a", "\u00e4", "a\n", "x".repeat(65))) {
                assertThatThrownBy(() -> memory.snapshot(name))
                        .as(name)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("name=");
            }
            Snapshot first = memory.snapshot("a");
            assertThat(first.number()).isEqualTo(1);
            assertThatThrownBy(() -> memory.snapshot("a"))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("name=a");
            snapshots(directory).delete("a");
            assertThatThrownBy(() -> snapshots(directory).get("a")).isInstanceOf(SnapshotException.class);
            assertThat(memory.snapshot("a").number()).isEqualTo(2);
        }
    }

    @Test
    void nothingChangesAMemoryThatIsASnapshot() {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(directory, RowLayout.SELF_CONTAINED);
                Life life = new Life(memory, 1, 2)) {
            life.live(60, step -> {});
            memory.snapshot("a");
        }
        DirectoryImage before = DirectoryImage.of(directory);
        try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(directory, "a");
                OffHeapReplayMemory again = OffHeapReplayMemory.openSnapshot(directory, "a")) {
            assertThat(snapshot.isReadOnly()).isTrue();
            assertThatThrownBy(() -> snapshot.writer("a")).isInstanceOf(ReadOnlyMemoryException.class);
            assertThatThrownBy(() -> snapshot.snapshot("b")).isInstanceOf(ReadOnlyMemoryException.class);
            snapshot.sync();
            MemoryImage image = MemoryImage.of(again);
            try (Sampler sampler =
                    snapshot.sampler(SamplerSpec.prioritized("s", 20).seed(1).build())) {
                Batch batch = sampler.sample(sampler.newBatch());
                sampler.updatePriorities(batch, new float[20]);
            }
            assertThat(MemoryImage.of(snapshot)).isNotEqualTo(image);
            assertThat(MemoryImage.of(again)).isEqualTo(image);
        }
        assertThat(DirectoryImage.of(directory)).isEqualTo(before);
    }

    @Test
    void ofOldSnapshotsOnlyThoseAreKeptThatTheRuleNames() {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open(directory, RowLayout.ARRIVAL);
                Life life = new Life(memory, 1, 2)) {
            for (int i = 1; i <= 12; i++) {
                life.live(10, step -> {});
                memory.beginSnapshot(SnapshotRequest.named("n" + i)
                                .step(i)
                                .retention(Retention.last(2).andEvery(5)))
                        .await();
            }
            assertThat(snapshots(directory).list())
                    .extracting(Snapshot::name)
                    .containsExactly("n5", "n10", "n11", "n12");
            assertThat(snapshots(directory).retain(Retention.last(1))).containsExactly("n5", "n10", "n11");
        }
    }

    private static Schema schema(RowLayout layout) {
        return Schema.builder()
                .observation(DType.I64, Experience.STATE_WORDS)
                .action(DType.I64, Experience.STEP_WORDS)
                .reward()
                .rowLayout(layout)
                .build();
    }

    private static OffHeapReplayMemory open(Path directory, RowLayout layout) {
        return OffHeapReplayMemory.builder(schema(layout), 50)
                .directory(directory)
                .segmentRows(8)
                .priorities(INDEXES)
                .files(WatchedFiles.unsynced())
                .journalPages(PageDescriptor.MIN_LENGTH)
                .clock(() -> 1_000)
                .withoutAutomaticUpkeep()
                .open();
    }

    private static Snapshots snapshots(Path directory) {
        return Snapshots.of(WatchedFiles.unsynced(), directory);
    }

    /** An actor and three learners on one thread, which know everything of themselves. */
    private static final class Life implements AutoCloseable {
        private final OffHeapReplayMemory memory;
        private final List<StreamWriter> writers = new ArrayList<>();
        private final List<Long> counts = new ArrayList<>();
        private final List<Sampler> samplers = new ArrayList<>();
        private final SplitMix64 random;
        private long step;

        Life(OffHeapReplayMemory memory, long seed, int streams) {
            this.memory = memory;
            this.random = new SplitMix64(seed);
            for (int i = 0; i < streams; i++) {
                writers.add(memory.writer("actor-" + i));
                counts.add(0L);
            }
            SamplerSpec.Builder[] specs = {
                SamplerSpec.uniform("uniform", 4).nStep(NStep.of(3, 0.9)),
                SamplerSpec.prioritized("prioritized", 4)
                        .beta(BetaSchedule.linear(0.4, 1, 50))
                        .maxAge(AgeLimit.ofSteps(30)),
                SamplerSpec.prioritized("ranked", 4).index("ranks"),
                SamplerSpec.prioritized("windowed", 4)
                        .index("windows")
                        .windows(Windows.of(3).withStride(2))
            };
            for (SamplerSpec.Builder spec : specs) {
                samplers.add(memory.sampler(spec.seed(seed).build()));
            }
            memory.resumePoint().ifPresent(this::resume);
        }

        byte[] state() {
            StringBuilder text = new StringBuilder(step + " " + random.state());
            counts.forEach(count -> text.append(' ').append(count));
            return text.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        }

        private void resume(ResumePoint point) {
            String[] parts = new String(point.state("life").orElseThrow(), java.nio.charset.StandardCharsets.US_ASCII)
                    .split(" ", -1);
            step = Long.parseLong(parts[0]);
            random.restore(Long.parseLong(parts[1]));
            for (int i = 0; i < counts.size(); i++) {
                counts.set(i, Long.parseLong(parts[i + 2]));
            }
            samplers.forEach(sampler ->
                    sampler.restore(point.samplerState(sampler.spec().name()).orElseThrow()));
        }

        void snapshotEvery(int steps) {
            if (step % steps == 0) {
                memory.beginSnapshot(SnapshotRequest.named("step-" + step)
                                .step(step)
                                .retention(Retention.last(3))
                                .state("life", Captured.of(state())))
                        .await();
            }
        }

        void live(int steps, java.util.function.Consumer<String> told) {
            for (int i = 0; i < steps; i++) {
                step++;
                StringBuilder text = new StringBuilder();
                int actor = random.nextInt(writers.size());
                text.append(act(actor));
                for (Sampler sampler : samplers) {
                    Batch batch = sampler.newBatch();
                    if (sampler.trySample(batch)) {
                        for (int row = 0; row < batch.size(); row++) {
                            text.append(' ').append(batch.sequence(row));
                        }
                        if (sampler.spec().prioritization() != null) {
                            text.append(' ').append(batch.weights().get(0));
                            float[] priorities = new float[batch.size()];
                            for (int row = 0; row < priorities.length; row++) {
                                priorities[row] = (float) random.nextDouble() * 3;
                            }
                            sampler.updatePriorities(batch, priorities);
                        }
                    }
                }
                if (random.nextInt(3) == 0) {
                    memory.upkeep().turn();
                }
                told.accept(text.toString());
            }
        }

        private long act(int actor) {
            StreamWriter writer = writers.get(actor);
            String stream = writer.stream();
            long count = counts.get(actor);
            writer.field("observation").set(Experience.state(stream, count));
            counts.set(actor, count + 1);
            if (!writer.inEpisode() || random.nextInt(12) == 0) {
                writer.policyVersion(step);
                return writer.begin();
            }
            writer.field("action").set(Experience.step(stream, count));
            writer.field("reward").set(1f / (count + 1));
            return writer.step(random.nextInt(9) == 0, random.nextInt(9) == 0);
        }

        @Override
        public void close() {
            samplers.forEach(Sampler::close);
            writers.forEach(StreamWriter::close);
        }
    }
}
