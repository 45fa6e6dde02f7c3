package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.Scenario.Step;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every operation of a story fails, once or for ever, or meets a full disk. What the memory throws is a
 * {@link StorageException}; a failed sync ends writing but not reading; nothing acknowledged is lost, neither by the
 * next opening nor, if it was synced, by a power loss after the failure.
 */
class FailingOperationTest {
    private static final int PAGE = 4096;

    private final PrintStream console = System.err;
    private int cases;
    private int thrown;

    @BeforeEach
    void muteTheLog() {
        // Thousands of failures are logged as they should be.
        System.setErr(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    }

    @AfterEach
    void print() {
        System.setErr(console);
        System.out.printf("cases=%d, failures told=%d, lost=0%n", cases, thrown);
    }

    @Test
    void anyOperationMayFailOnce() {
        failEach(FailingOperations::once, 1, 1);
    }

    @Test
    void anyOperationMayFailOnceThoughItWasCarriedOut() {
        failEach(FailingOperations::onceAfterwards, 3, 1);
    }

    @Test
    void anyOperationMayBeTheLastThatSucceeds() {
        failEach(FailingOperations::from, 4, 1);
    }

    @Test
    void diskMayBeFullAtAnyPoint() {
        for (Scenario.Shape shape : Scenario.shortShapes()) {
            fillDisk(shape, 1, 1);
        }
    }

    @Test
    void anyOperationOfSnapshotsMayFailOnce() {
        for (Scenario.Shape shape : Scenario.snapshotShapes()) {
            failEach(FailingOperations::once, 29, shape, 1);
        }
    }

    @Test
    void anyOperationOfSnapshotsMayFailThoughItWasCarriedOutOrBeTheLastThatSucceeds() {
        for (Scenario.Shape shape : Scenario.snapshotShapes()) {
            failEach(FailingOperations::onceAfterwards, 23, shape, 1);
            failEach(FailingOperations::from, 23, shape, 1);
        }
    }

    @Test
    void diskMayBeFullWhileSnapshotsAreTaken() {
        for (Scenario.Shape shape : Scenario.snapshotShapes()) {
            fillDisk(shape, 1, 17);
        }
    }

    @Test
    @Tag("soak")
    void anyOperationOfManyStoriesMayFailOrMeetAFullDisk() {
        int stories = Integer.getInteger("engram.stories", 20);
        failEach(FailingOperations::once, 1, stories);
        failEach(FailingOperations::onceAfterwards, 1, stories);
        failEach(FailingOperations::from, 1, stories);
        for (long seed = 1; seed <= stories; seed++) {
            fillDisk(Scenario.randomShape(seed), seed, 1);
            fillDisk(Scenario.randomSnapshotShape(seed), seed, 5);
        }
    }

    private void failEach(IntFunction<FailingOperations> failures, int every, int stories) {
        for (long seed = 1; seed <= stories; seed++) {
            for (Scenario.Shape shape : Scenario.shortShapes()) {
                failEach(failures, every, shape, seed);
            }
            if (stories > 1) {
                for (Scenario.Shape shape : Scenario.snapshotShapes()) {
                    failEach(failures, every, shape, seed);
                }
                failEach(failures, every, Scenario.randomShape(seed), seed);
            }
        }
    }

    private void failEach(IntFunction<FailingOperations> failures, int every, Scenario.Shape shape, long seed) {
        int number = 0;
        while (fail(failures.apply(number), number, shape, seed)) {
            number += every;
        }
        assertThat(number).as("operations of %s", shape).isGreaterThan(100);
    }

    /** Returns false if the story has ended before. */
    private boolean fail(FailingOperations failing, int number, Scenario.Shape shape, long seed) {
        Scenario scenario = new Scenario(shape, seed);
        try (SimulatedFiles files = Scenario.disk()) {
            files.watchedBy(failing);
            for (Step step : scenario.steps()) {
                perform(scenario, step, files);
                requireUnharmed(scenario, failing);
            }
            closeQuietly(scenario);
            files.watchedBy(new WatchedFiles.Watch() {});
            cases++;
            requireSurvives(scenario, files);
            return failing.failed() != null;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    scenario + ", failing operation " + number + ": " + failing.failed() + ", " + scenario.promises(),
                    e);
        }
    }

    private void requireSurvives(Scenario scenario, SimulatedFiles files) {
        SplitMix64 random = new SplitMix64(cases);
        try (SimulatedFiles copy = files.copy();
                SimulatedFiles left = files.cut(random, new SimulatedFiles.Losses())) {
            scenario.promises().requireAfterDeath(copy, -1);
            scenario.promises().requireAfterPowerCut(left, -2);
        }
        // Its own disk once more, whose locks and mappings are those of the memory that met the failure.
        scenario.promises().requireAfterDeath(files, -3);
    }

    private void perform(Scenario scenario, Step step, SimulatedFiles files) {
        try {
            scenario.perform(step, files);
        } catch (StorageException e) {
            thrown++;
            assertThat(e.getMessage()).containsAnyOf("simulated", "No space left on device");
            if (step == Step.SYNC && scenario.memory() != null) {
                requireFailed(scenario);
            }
        }
        if (scenario.memory() != null && scenario.memory().ring().hasFailed()) {
            requireFailed(scenario);
        }
    }

    /** What fails in a snapshot's own files does not concern the memory. */
    private static void requireUnharmed(Scenario scenario, FailingOperations failing) {
        if (failing.isOne()
                && failing.failed() != null
                && failing.failed().to().toString().contains("/snapshots/")
                && scenario.memory() != null) {
            assertThat(scenario.memory().ring().hasFailed()).as("failed").isFalse();
        }
    }

    /** It is read-only and says so each time. */
    private static void requireFailed(Scenario scenario) {
        OffHeapReplayMemory memory = scenario.memory();
        int held = HeldRows.of(memory).size();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(memory::sync)
                    .isInstanceOf(StoreFailedException.class)
                    .hasMessageContaining("open it again");
            assertThatThrownBy(() -> memory.writer("another").begin()).isInstanceOf(StoreFailedException.class);
            memory.upkeep().turn();
        }
        assertThat(HeldRows.of(memory)).hasSize(held);
    }

    private static void closeQuietly(Scenario scenario) {
        try {
            scenario.close();
        } catch (StorageException e) {
            assertThat(e.getMessage()).containsAnyOf("simulated", "No space left on device");
        }
    }

    /** For each number of pages: the disk is full, then there is space again, and the story goes on to its end. */
    private void fillDisk(Scenario.Shape shape, long seed, int every) {
        boolean full = true;
        for (int pages = 0; full; pages += every) {
            Scenario scenario = new Scenario(shape, seed);
            try (SimulatedFiles files = Scenario.disk().withRoom((long) pages * PAGE)) {
                int before = thrown;
                for (Step step : scenario.steps()) {
                    perform(scenario, step, files);
                    assertThat(scenario.memory() != null
                                    && scenario.memory().ring().hasFailed())
                            .isFalse();
                }
                full = thrown > before;
                files.withRoom(Long.MAX_VALUE / 2);
                int told = thrown;
                for (Step step : scenario.steps()) {
                    perform(scenario, step, files);
                }
                assertThat(thrown).as("failures with space").isEqualTo(told);
                scenario.close();
                cases++;
                requireSurvives(scenario, files);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(scenario + ", room for pages=" + pages + ", " + scenario.promises(), e);
            }
        }
    }
}
