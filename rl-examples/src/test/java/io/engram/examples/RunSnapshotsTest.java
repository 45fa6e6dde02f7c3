package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.Captured;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.SnapshotRequest;
import io.engram.replay.offheap.Snapshots;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunSnapshotsTest {
    @TempDir
    private Path place;

    private final StringWriter said = new StringWriter();
    private RunDirectory directory;
    private OffHeapReplayMemory memory;
    private RunSnapshots snapshots;

    @BeforeEach
    void open() {
        directory = new RunDirectory(place);
        memory = OffHeapReplayMemory.builder(Agent.schema(new CartPole(new SplitMix64(0))), 100)
                .directory(directory.memory())
                .open();
        snapshots = new RunSnapshots(directory, memory, 3, RunSnapshots.NONE, new PrintWriter(said, true));
    }

    @AfterEach
    void close() {
        memory.close();
    }

    @Test
    void trainerGoesOnWhileASnapshotIsWrittenAndWaitsForItBeforeTheNext() {
        CountDownLatch allowed = new CountDownLatch(1);
        snapshots.begin(
                10,
                request -> request.state("run", out -> {
                    try {
                        assertThat(allowed.await(5, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }));
        assertThat(names()).isEmpty();
        allowed.countDown();
        snapshots.begin(20, request -> {
            assertThat(names()).containsExactly("step-000000010");
            whole(request);
        });
        snapshots.take(20, RunSnapshotsTest::fullDisk);
        assertThat(names()).containsExactly("step-000000010", "step-000000020");
        assertThat(said.toString()).isEmpty();
    }

    @Test
    void snapshotThatFailsIsToldOfAndTheNextIsTakenAllTheSame() {
        snapshots.begin(10, RunSnapshotsTest::whole);
        snapshots.begin(20, RunSnapshotsTest::fullDisk);
        snapshots.begin(30, RunSnapshotsTest::whole);
        snapshots.take(30, RunSnapshotsTest::fullDisk);
        assertThat(names()).containsExactly("step-000000010", "step-000000030");
        assertThat(said.toString())
                .startsWith("warning: step 20 is not saved: ")
                .contains("No space left on device")
                .hasLineCount(1);
    }

    @Test
    void endThatWasNotSavedAtFirstIsTriedAgain() {
        snapshots.begin(10, RunSnapshotsTest::fullDisk);
        snapshots.take(10, RunSnapshotsTest::whole);
        assertThat(names()).containsExactly("step-000000010");
        assertThat(said.toString()).contains("warning: step 10 is not saved: ");
    }

    @Test
    void endThatCannotBeSavedIsAnError() {
        snapshots.take(10, RunSnapshotsTest::whole);
        assertThatThrownBy(() -> snapshots.take(20, RunSnapshotsTest::fullDisk))
                .isInstanceOf(RunException.class)
                .hasMessageContaining("step 20 could not be saved");
        assertThat(said.toString()).contains("No space left on device");
        assertThat(names()).containsExactly("step-000000010");
    }

    @Test
    void stepThatIsSavedAlreadyIsNotSavedAgain() {
        new RunSnapshots(directory, memory, 3, 40, new PrintWriter(said, true)).take(40, RunSnapshotsTest::whole);
        assertThat(names()).isEmpty();
    }

    @Test
    void nameThatIsTakenGetsANumber() {
        for (int i = 0; i < 2; i++) {
            snapshots.take(7, RunSnapshotsTest::whole);
            snapshots.take(8, RunSnapshotsTest::whole);
        }
        assertThat(names()).containsExactly("step-000000008", "step-000000007-2", "step-000000008-2");
    }

    private static void whole(SnapshotRequest request) {
        request.state("run", Captured.of(new byte[9]));
    }

    private static void fullDisk(SnapshotRequest request) {
        request.state("run", out -> {
            throw new IOException("No space left on device");
        });
    }

    private List<String> names() {
        return Snapshots.of(directory.memory()).list().stream()
                .map(Snapshot::name)
                .toList();
    }
}
