package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.WatchedFiles.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The process dies before and after every single operation while snapshots are taken, deleted, restored and forked;
 * sometimes the power goes, too, while the next one opens the memory. Each time the memory opens, with every row
 * acknowledged, or as the snapshot is; every published snapshot and fork is whole, and nothing half made is left.
 */
class SnapshotKillTest {
    private final SplitMix64 random = new SplitMix64(23);
    private int kills;
    private int cuts;

    @Test
    void snapshotsSurviveWhereverTheProcessDies() {
        for (Scenario.Shape shape : Scenario.snapshotShapes()) {
            play(shape, 1, 5);
        }
        print();
        assertThat(kills).isGreaterThan(300);
    }

    @Test
    @Tag("soak")
    void snapshotsSurviveWhereverTheProcessDiesManyTimes() {
        int rounds = Integer.getInteger("engram.rounds", 100);
        for (long seed = 1; seed <= rounds; seed++) {
            for (Scenario.Shape shape : Scenario.snapshotShapes()) {
                play(shape, seed, 1);
            }
            play(Scenario.randomSnapshotShape(seed), seed, 1);
        }
        print();
    }

    private void print() {
        System.out.printf("kills=%d, power cuts at the open afterwards=%d, lost=0%n", kills, cuts);
    }

    private void play(Scenario.Shape shape, long seed, int every) {
        Scenario scenario = new Scenario(shape, seed);
        try (SimulatedFiles files = Scenario.disk()) {
            for (Scenario.Step step : scenario.steps()) {
                boolean watched = step.isOfSnapshots() || step == Scenario.Step.RESTORE;
                files.watchedBy(watched ? new Killer(files, scenario, every) : new WatchedFiles.Watch() {});
                scenario.perform(step, files);
            }
            files.watchedBy(new WatchedFiles.Watch() {});
            scenario.close();
            assertThat(files.mappings()).isZero();
        }
    }

    private final class Killer implements WatchedFiles.Watch {
        private final SimulatedFiles files;
        private final Scenario scenario;
        private final int every;

        Killer(SimulatedFiles files, Scenario scenario, int every) {
            this.files = files;
            this.scenario = scenario;
            this.every = every;
        }

        @Override
        public void before(Operation operation) {
            kill("before " + operation);
        }

        @Override
        public void after(Operation operation) {
            if (operation.kind() != WatchedFiles.Kind.READ && operation.kind() != WatchedFiles.Kind.LENGTH) {
                kill("after " + operation);
            }
        }

        private void kill(String moment) {
            if (random.nextInt(every) != 0) {
                return;
            }
            kills++;
            long incarnation = random.nextLong();
            Promises promises = scenario.promises();
            try (SimulatedFiles left = files.copy()) {
                if (random.nextInt(8) == 0) {
                    left.watchedBy(new Cutter(left, promises));
                }
                promises.requireAfterDeath(left, incarnation);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(scenario + ", killed " + moment + ", " + promises, e);
            }
        }
    }

    /** The power goes while what a killed process left is put in order. */
    private final class Cutter implements WatchedFiles.Watch {
        private final SimulatedFiles files;
        private final Promises promises;
        private boolean checking;

        Cutter(SimulatedFiles files, Promises promises) {
            this.files = files;
            this.promises = promises;
        }

        @Override
        public void after(Operation operation) {
            boolean changesNames = operation.kind() == WatchedFiles.Kind.DELETE
                    || operation.kind() == WatchedFiles.Kind.RENAME
                    || operation.kind() == WatchedFiles.Kind.SYNC_DIRECTORY;
            if (!checking && changesNames && random.nextInt(3) == 0) {
                checking = true;
                cuts++;
                try (SimulatedFiles left = files.cut(random, new SimulatedFiles.Losses())) {
                    promises.requireSnapshotsAfterPowerCut(left, random.nextLong());
                }
                checking = false;
            }
        }
    }
}
