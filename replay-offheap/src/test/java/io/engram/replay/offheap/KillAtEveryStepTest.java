package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.WatchedFiles.Operation;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A process that dies leaves its files as they are at that moment. So the files are copied before and after every
 * single operation on them (and in the middle of every write) while a memory is created, filled, sealed, recycled,
 * closed and opened; each copy must open, hold every row acknowledged so far, and go on.
 */
class KillAtEveryStepTest {
    @TempDir
    Path directory;

    private final SplitMix64 random = new SplitMix64(17);

    static Stream<Arguments> shapes() {
        return Stream.of(
                Arguments.of(RowLayout.ARRIVAL, 24L, 4),
                Arguments.of(RowLayout.SELF_CONTAINED, 3L, 1),
                Arguments.of(RowLayout.ARRIVAL, 50L, 8),
                Arguments.of(RowLayout.SELF_CONTAINED, 9L, 16));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void noAcknowledgedRowIsLostWhereverTheProcessDies(RowLayout layout, long capacity, int segmentRows) {
        Acknowledged.Opener opener = place -> OffHeapReplayMemory.builder(Experience.schema(layout), capacity)
                .directory(place)
                .segmentRows(segmentRows)
                .files(WatchedFiles.unsynced())
                .journalPages(PageDescriptor.MIN_LENGTH)
                .withoutAutomaticUpkeep()
                .open();
        Path original = directory.resolve("original");
        Copier copier = new Copier(original, opener, new Scenario(layout, capacity));
        for (int opening = 0; opening < 2; opening++) {
            try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(Experience.schema(layout), capacity)
                    .directory(original)
                    .segmentRows(segmentRows)
                    .files(WatchedFiles.watchedBy(copier))
                    .journalPages(PageDescriptor.MIN_LENGTH)
                    .withoutAutomaticUpkeep()
                    .open()) {
                copier.scenario.play(memory, (int) capacity + 8 * segmentRows);
            }
        }
        System.out.printf(
                "layout=%s capacity=%d segmentRows=%d: operations=%s copies=%d%n",
                layout, capacity, segmentRows, copier.operations, copier.copies);
        assertThat(copier.operations)
                .containsKeys(
                        WatchedFiles.Kind.CREATE,
                        WatchedFiles.Kind.RENAME,
                        WatchedFiles.Kind.WRITE,
                        WatchedFiles.Kind.DELETE,
                        WatchedFiles.Kind.FORCE);
    }

    /** Rows appended by three streams, one of them late, with upkeep now and then. */
    private final class Scenario {
        private final RowLayout layout;
        private final long capacity;
        private final Map<String, Long> counts = new HashMap<>();
        private final TreeMap<Long, Acknowledged.Known> acknowledged = new TreeMap<>();

        Scenario(RowLayout layout, long capacity) {
            this.layout = layout;
            this.capacity = capacity;
        }

        void play(OffHeapReplayMemory memory, int rows) {
            Map<String, ExperienceActor> actors = new HashMap<>();
            long goal = memory.ring().head() + rows;
            while (memory.ring().head() < goal) {
                long left = goal - memory.ring().head();
                String stream = "actor-" + random.nextInt(left > rows / 2 ? 2 : 3);
                ExperienceActor actor = actors.computeIfAbsent(
                        stream, name -> new ExperienceActor(memory, name, counts.getOrDefault(name, 0L)));
                long sequence = actor.act(random);
                if (sequence >= 0) {
                    counts.put(stream, actor.count());
                    acknowledged.put(sequence, new Acknowledged.Known(stream, actor.count()));
                }
                // Bursts without upkeep leave several segments to take back at once.
                for (int turns = random.nextInt(12) - 6; turns > 0; turns--) {
                    memory.upkeep().turn();
                }
            }
        }

        Acknowledged oracle() {
            Acknowledged oracle = new Acknowledged(layout, capacity);
            acknowledged.forEach((sequence, known) -> oracle.add(known.stream(), known.count(), sequence));
            return oracle;
        }
    }

    private final class Copier implements WatchedFiles.Watch {
        private final Path original;
        private final Acknowledged.Opener opener;
        private final Scenario scenario;
        private final Map<WatchedFiles.Kind, Integer> operations = new TreeMap<>();
        private DirectoryImage last;
        private int acknowledgedAtLast;
        private int copies;

        Copier(Path original, Acknowledged.Opener opener, Scenario scenario) {
            this.original = original;
            this.opener = opener;
            this.scenario = scenario;
        }

        @Override
        public void before(Operation operation) {
            operations.merge(operation.kind(), 1, Integer::sum);
            copy("before " + operation);
        }

        @Override
        public void after(Operation operation) {
            copy("after " + operation);
        }

        private void copy(String moment) {
            DirectoryImage image = DirectoryImage.of(original);
            if (image.equals(last) && acknowledgedAtLast == scenario.acknowledged.size()) {
                return;
            }
            last = image;
            acknowledgedAtLast = scenario.acknowledged.size();
            Path copy = directory.resolve("copy-" + copies++);
            image.writeTo(copy);
            Acknowledged oracle = scenario.oracle();
            try {
                if (image.files().containsKey(SuperblockDescriptor.FILE_NAME)) {
                    CheckReport report = StoreCheck.of(copy).run();
                    assertThat(report.isSound()).as("%s", report).isTrue();
                }
                oracle.requireSurvives(copy, opener, oracle.highest() + 1);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(moment + ": files " + image, e);
            }
            DirectoryImage.delete(copy);
        }
    }
}
