package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.WatchedFiles.Operation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * After a power loss a memory opens, holds every row appended before the last sync that the window has not left, and
 * none that is torn. The power goes after any operation and in the middle of any write, see {@link SimulatedFiles},
 * also while a memory is opened after the power went.
 */
class PowerCutTest {
    private static final String SEED = "engram.fault.seed";

    private final SimulatedFiles.Losses losses = new SimulatedFiles.Losses();
    private final long start = System.nanoTime();
    private int cuts;
    private int cutsWithSnapshots;
    private int stories;

    @Test
    void syncedRowsOutliveThePowerWheneverItGoes() throws IOException {
        for (Scenario.Shape shape : Scenario.shortShapes()) {
            // Of giving up the journal's pages every moment, or bugs there show too rarely.
            play(shape, 4, shape.tags() > 0 ? 1 : 3);
        }
        for (long seed = 1; seed <= 4; seed++) {
            play(Scenario.randomShape(seed), seed, 4);
        }
        // A reopening ended an episode without rows, and what it relied on was not durable.
        play(shapeOfSoak(28), 28, 1);
        print();
        assertThat(cuts).isGreaterThan(2_000);
    }

    @Test
    void snapshotsOutliveThePowerWheneverItGoes() throws IOException {
        for (Scenario.Shape shape : Scenario.snapshotShapes()) {
            play(shape, 4, 4);
        }
        for (long seed = 1; seed <= 2; seed++) {
            play(Scenario.randomSnapshotShape(seed), seed, 8);
        }
        print();
        assertThat(cuts).isGreaterThan(500);
    }

    @Test
    @Tag("soak")
    void syncedRowsOutliveThePowerHundredsOfThousandsOfTimes() throws IOException {
        int goal = Integer.getInteger("engram.cuts", 200_000);
        Long only = Long.getLong(SEED);
        for (long seed = only == null ? 1 : only; cuts < goal; seed++) {
            play(shapeOfSoak(seed), seed, 1);
            if (only != null) {
                break;
            }
        }
        print();
    }

    /** Of every 16 seeds, each story that is short has one; the others are random, half of them with snapshots. */
    private static Scenario.Shape shapeOfSoak(long seed) {
        List<Scenario.Shape> shapes = new ArrayList<>(Scenario.shortShapes());
        shapes.addAll(Scenario.snapshotShapes());
        int at = (int) (seed % 16);
        if (at < shapes.size()) {
            return shapes.get(at);
        }
        return at % 2 == 0 ? Scenario.randomShape(seed) : Scenario.randomSnapshotShape(seed);
    }

    private void print() {
        System.out.printf(
                "power cuts=%d (%d in stories with snapshots), stories=%d, lost=0, torn=0; pages lost=%d, torn=%d;"
                        + " seconds=%.1f%n",
                cuts, cutsWithSnapshots, stories, losses.lost, losses.torn, (System.nanoTime() - start) / 1e9);
    }

    private void play(Scenario.Shape shape, long seed, int every) throws IOException {
        Scenario scenario = new Scenario(shape, seed);
        int before = cuts;
        try (SimulatedFiles files = Scenario.disk()) {
            Cutter cutter = new Cutter(files, scenario, seed, every);
            files.watchedBy(cutter);
            for (Scenario.Step step : scenario.steps()) {
                scenario.perform(step, files);
                cutter.cut("after " + step);
            }
            scenario.close();
            assertThat(files.mappings()).isZero();
        }
        stories++;
        cutsWithSnapshots += shape.plot() == Scenario.Plot.NONE ? 0 : cuts - before;
    }

    private final class Cutter implements WatchedFiles.Watch {
        private final SimulatedFiles files;
        private final Scenario scenario;
        private final long seed;
        private final int every;
        private final SplitMix64 random;

        Cutter(SimulatedFiles files, Scenario scenario, long seed, int every) {
            this.files = files;
            this.scenario = scenario;
            this.seed = seed;
            this.every = every;
            this.random = new SplitMix64(seed * 31);
        }

        @Override
        public void after(Operation operation) {
            files.writeBack(random);
            cut("after " + operation);
            if (operation.kind() == WatchedFiles.Kind.FORCE && operation.offset() > 0) {
                // A footer: what it vouches for must be there whatever was not synced.
                for (int i = 0; i < 3 * every; i++) {
                    cut("after the footer of " + operation);
                }
            }
        }

        void cut(String moment) {
            if (random.nextInt(every) != 0) {
                return;
            }
            cuts++;
            Promises promises = scenario.promises();
            long incarnation = random.nextLong();
            try (SimulatedFiles left = files.cut(random, losses)) {
                if (random.nextInt(16) == 0) {
                    left.watchedBy(new Recutter(left, promises, random));
                }
                promises.requireAfterPowerCut(left, incarnation);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        scenario + ", cut " + moment + ", " + promises
                                + "; run it again with -Psoak -Dtest=PowerCutTest -D" + SEED + "=" + seed,
                        e);
            }
        }
    }

    /** The power goes once more, while the memory is opened after the first time. */
    private final class Recutter implements WatchedFiles.Watch {
        private final SimulatedFiles files;
        private final Promises promises;
        private final SplitMix64 random;

        Recutter(SimulatedFiles files, Promises promises, SplitMix64 random) {
            this.files = files;
            this.promises = promises;
            this.random = random;
        }

        @Override
        public void after(Operation operation) {
            if (random.nextInt(8) == 0) {
                cuts++;
                files.writeBack(random);
                try (SimulatedFiles left = files.cut(random, losses)) {
                    promises.requireAfterPowerCut(left, random.nextLong());
                }
            }
        }
    }

    @Test
    void rowOfAnEpisodeWhoseBeginWasLostCountsAsTornThoughItsEndIsThere() {
        Path place = Scenario.PLACE;
        try (SimulatedFiles files = Scenario.disk()) {
            try (OffHeapReplayMemory memory = open(place, files);
                    ExperienceActor actor = new ExperienceActor(memory, "a")) {
                actor.begin();
                actor.step(true, false);
                actor.begin();
                actor.step(true, false);
            }
            StoredJournal.Entry begin = StoredJournal.read(files, place).records().stream()
                    .filter(entry -> entry.type() == 2 && entry.episode() == 1)
                    .findFirst()
                    .orElseThrow();
            byte[] page = files.contents(place.getParent())
                    .get(place.getParent().relativize(begin.file()).toString());
            Arrays.fill(page, begin.offset(), begin.offset() + begin.bytes().capacity(), (byte) 0);
            files.put(begin.file(), page);
            try (OffHeapReplayMemory memory = open(place, files)) {
                assertThat(HeldRows.of(memory)).hasSize(2);
                assertThat(memory.episodes()).hasSize(1);
            }
        }
    }

    @Test
    void everyNewDirectoryIsSyncedIntoItsParent() throws IOException {
        Path root = Path.of("/disk");
        Path place = root.resolve("a/b/memory");
        List<Path> synced = new ArrayList<>();
        try (SimulatedFiles files = Scenario.disk().watchedBy(new WatchedFiles.Watch() {
            @Override
            public void after(Operation operation) {
                if (operation.kind() == WatchedFiles.Kind.SYNC_DIRECTORY) {
                    synced.add(operation.path());
                }
            }
        })) {
            open(place, files).close();
            assertThat(synced).contains(place, root.resolve("a/b"), root.resolve("a"), root);
            synced.clear();
            open(place, files).close();
            assertThat(synced).doesNotContain(root.resolve("a/b"), root);
        }
    }

    private static OffHeapReplayMemory open(Path place, SimulatedFiles files) {
        return OffHeapReplayMemory.builder(Experience.schema(RowLayout.ARRIVAL), 16)
                .directory(place)
                .files(files)
                .withoutAutomaticUpkeep()
                .open();
    }
}
