package io.engram.examples;

import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.PendingSnapshot;
import io.engram.replay.offheap.Retention;
import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.SnapshotException;
import io.engram.replay.offheap.SnapshotRequest;
import io.engram.replay.offheap.Snapshots;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots that a run takes of its memory. The caller, who is between two steps, waits only until what can change
 * is copied in memory, and for the snapshot before. One that fails is told of, and those before it stay. For one
 * thread.
 */
final class RunSnapshots {
    /** The saved step if there is none. */
    static final long NONE = -1;

    private final OffHeapReplayMemory memory;
    private final Snapshots shelf;
    private final Retention retention;
    private final PrintWriter warnings;
    private long savedStep;
    private @Nullable PendingSnapshot pending;

    /** Of an open memory; {@code savedStep} is that of its newest snapshot if the run goes on from there. */
    RunSnapshots(RunDirectory directory, OffHeapReplayMemory memory, int keep, long savedStep, PrintWriter warnings) {
        this.memory = memory;
        this.shelf = Snapshots.of(directory.memory());
        this.retention = Retention.last(keep);
        this.savedStep = savedStep;
        this.warnings = warnings;
    }

    /** Begins a snapshot, unless the newest is of this step already; {@code states} adds the run's state to it. */
    void begin(long step, Consumer<SnapshotRequest> states) {
        if (step == savedStep) {
            return;
        }
        settle();
        try {
            SnapshotRequest request =
                    SnapshotRequest.named(freeName(step)).step(step).retention(retention);
            states.accept(request);
            pending = memory.beginSnapshot(request);
            savedStep = step;
        } catch (SnapshotException e) {
            warn(step, e);
        }
    }

    /** Takes one and waits for it, and tries twice if need be; throws {@link RunException} if there is none then. */
    void take(long step, Consumer<SnapshotRequest> states) {
        begin(step, states);
        settle();
        begin(step, states);
        settle();
        if (step != savedStep) {
            throw new RunException(
                    "step " + step + " could not be saved: the warnings say why; earlier snapshots are as"
                            + " they were, and the same command goes on from the newest");
        }
    }

    /** Waits for the one that is being written. */
    private void settle() {
        if (pending != null) {
            try {
                pending.await();
            } catch (SnapshotException e) {
                warn(savedStep, e);
                savedStep = NONE;
            }
            pending = null;
        }
    }

    private void warn(long step, SnapshotException e) {
        warnings.println("warning: step " + step + " is not saved: " + e.getMessage());
    }

    /** A run that went back to an old snapshot comes by the steps of those it has a second time. */
    private String freeName(long step) {
        Set<String> names = shelf.list().stream().map(Snapshot::name).collect(Collectors.toSet());
        String name = String.format(Locale.ROOT, "step-%09d", step);
        String free = name;
        for (int i = 2; names.contains(free); i++) {
            free = name + "-" + i;
        }
        return free;
    }
}
