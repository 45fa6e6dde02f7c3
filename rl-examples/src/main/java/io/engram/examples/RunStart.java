package io.engram.examples;

import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.ResumePoint;
import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.Snapshots;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a run begins or goes on, and its memory opened there. That is the newest snapshot that is whole; or an older
 * one, if the memory was made to go back to it; or the one that the memory was forked from, if it has none of its own
 * yet. A run has a snapshot before its first step, so rows without one are no run.
 */
final class RunStart {
    private final RunDirectory directory;
    private final PrintWriter warnings;
    private final Snapshots shelf;
    private final @Nullable ResumePoint origin;
    /** Those that were not looked at yet, newest first. */
    private final Deque<String> older = new ArrayDeque<>();

    private final String newest;
    private @Nullable RunState state;

    private RunStart(RunDirectory directory, PrintWriter warnings) {
        this.directory = directory;
        this.warnings = warnings;
        this.shelf = Snapshots.of(directory.memory());
        boolean there = Files.isDirectory(directory.memory());
        if (there) {
            shelf.list().stream().map(Snapshot::name).forEach(older::addFirst);
        }
        this.origin = there ? shelf.origin().orElse(null) : null;
        this.newest = older.isEmpty() ? "" : older.getFirst();
    }

    /** As far as the snapshots tell; throws {@link RunException} if what is there is not of a run. */
    static RunStart latest(RunDirectory directory, PrintWriter warnings) {
        RunStart start = new RunStart(directory, warnings);
        if (start.hasSnapshots()) {
            start.state = start.newestWhole();
        } else if (start.origin != null) {
            start.state = RunState.of(start.origin.name(), start.origin::state)
                    .orElseThrow(() -> new RunException("the memory " + directory.memory()
                            + " was forked from a snapshot that holds no state of a run; choose another --dir"));
        }
        return start;
    }

    /** The same, but that somebody may have made the memory go back since. The memory must not be open. */
    static RunStart find(RunDirectory directory, PrintWriter warnings) {
        RunStart start = latest(directory, warnings);
        ResumePoint origin = start.origin;
        if (origin != null && start.state != null && start.older.contains(origin.name())) {
            try (OffHeapReplayMemory memory = start.open(RunIdentity.restore(start.state.run()))) {
                if (memory.resumePoint().isPresent()) {
                    while (!start.older.removeFirst().equals(origin.name())) {
                        // Snapshots that are newer than the place the memory was made to go back to.
                    }
                    start.state = start.whole(origin.name()).orElseGet(start::newestWhole);
                }
            }
        }
        return start;
    }

    private boolean hasSnapshots() {
        return !newest.isEmpty();
    }

    private RunState newestWhole() {
        while (!older.isEmpty()) {
            Optional<RunState> whole = whole(older.removeFirst());
            if (whole.isPresent()) {
                return whole.get();
            }
        }
        throw new RunException("no snapshot of " + directory.memory() + " holds the state of a run that is whole;"
                + " choose another --dir");
    }

    private Optional<RunState> whole(String name) {
        try {
            return RunState.of(name, trainer -> shelf.state(name, trainer));
        } catch (CorruptStoreException | CheckpointException e) {
            warn(name, e);
            return Optional.empty();
        }
    }

    private void warn(String name, RuntimeException e) {
        warnings.println("warning: snapshot " + name + " is passed over: " + e.getMessage());
    }

    /** What to go on with; null for a new run. */
    @Nullable
    RunState state() {
        return state;
    }

    /** The run that is asked for, which is the one that is there. Only a fork may still become another. */
    RunIdentity identity(RunRequest request) {
        if (state == null) {
            return request.identity();
        }
        RunIdentity begun = RunIdentity.restore(state.run());
        if (!hasSnapshots()) {
            return request.branch(begun);
        }
        request.check(begun);
        return begun;
    }

    /** Opens the memory, made to go back first unless all its rows shall be kept; {@link #state} then says to where. */
    OffHeapReplayMemory open(RunIdentity identity, ResumeMode mode) {
        if (mode == ResumeMode.EXACT && hasSnapshots()) {
            restore();
        }
        OffHeapReplayMemory memory = open(identity);
        try {
            check(memory);
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
        return memory;
    }

    private OffHeapReplayMemory open(RunIdentity identity) {
        return OffHeapReplayMemory.builder(
                        Agent.schema(Environments.make(identity.environment(), new SplitMix64(0))), identity.capacity())
                .directory(directory.memory())
                .priorities(identity.settings().replay().memory().priorities())
                .open();
    }

    private void restore() {
        while (state != null) {
            try {
                shelf.restore(state.snapshot());
                return;
            } catch (CorruptStoreException e) {
                warn(state.snapshot(), e);
                state = newestWhole();
            }
        }
    }

    private void check(OffHeapReplayMemory memory) {
        long appended = memory.stats().appendedRows();
        if (state == null && appended > 0) {
            throw new RunException("the directory " + directory.path() + " has a memory of " + appended
                    + " rows but no snapshot of a run; choose another --dir");
        }
        if (state != null && !hasSnapshots() && memory.resumePoint().isEmpty()) {
            throw new RunException("the memory " + directory.memory()
                    + " has gone on since it was forked, without a snapshot of a run; fork it anew");
        }
    }

    /** The step that need not be saved, being that of the newest snapshot; or {@link RunSnapshots#NONE}. */
    long savedStep(ResumeMode mode) {
        return mode == ResumeMode.EXACT && state != null && state.snapshot().equals(newest)
                ? state.step()
                : RunSnapshots.NONE;
    }
}
