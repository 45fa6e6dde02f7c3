package io.engram.replay.offheap;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a snapshot is to be. Not safe for use by several threads. */
public final class SnapshotRequest {
    private final String name;
    private final Map<String, Captured> states = new LinkedHashMap<>();
    private long step = Snapshot.NO_STEP;
    private Duration timeout = Duration.ofSeconds(60);
    private @Nullable Retention retention;

    private SnapshotRequest(String name) {
        this.name = name;
    }

    /**
     * Begins a request.
     *
     * @param name 1 to 64 letters, digits, {@code _}, {@code -} or {@code .}, the first a letter or digit, not ending
     *     in {@code .tmp}; no snapshot of the memory must have it
     * @return a request for a snapshot without a step and a state, kept until it is deleted
     */
    public static SnapshotRequest named(String name) {
        return new SnapshotRequest(name);
    }

    /**
     * Says where the trainer is, for lists of snapshots.
     *
     * @param newStep at least 0
     * @return this request
     * @throws IllegalArgumentException if it is negative
     */
    public SnapshotRequest step(long newStep) {
        if (newStep < 0) {
            throw new IllegalArgumentException("step=" + newStep + ", expected at least 0");
        }
        this.step = newStep;
        return this;
    }

    /**
     * Adds the state of the caller, who is between two steps of its training. A trainer that is registered gives its
     * own; a snapshot with two states of one name is refused when it is taken.
     *
     * @param trainer tells states apart: as {@link #named}
     * @param state copied in memory
     * @return this request
     * @throws IllegalArgumentException if there is one of that name already
     */
    public SnapshotRequest state(String trainer, Captured state) {
        if (states.putIfAbsent(trainer, state) != null) {
            throw new IllegalArgumentException("state name='" + trainer + "' is given twice");
        }
        return this;
    }

    /**
     * Says which snapshots to delete once this one is durable.
     *
     * @param rule which to keep
     * @return this request
     */
    public SnapshotRequest retention(Retention rule) {
        this.retention = rule;
        return this;
    }

    /**
     * How long to wait for another snapshot that is being taken, and for {@link Trainer}s to come to a boundary; 60
     * seconds unless said.
     *
     * @param limit zero or more
     * @return this request
     */
    public SnapshotRequest timeout(Duration limit) {
        this.timeout = limit;
        return this;
    }

    String name() {
        return name;
    }

    long step() {
        return step;
    }

    Map<String, Captured> states() {
        return states;
    }

    @Nullable
    Retention retention() {
        return retention;
    }

    Duration timeout() {
        return timeout;
    }
}
