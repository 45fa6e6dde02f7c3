package io.engram.replay.offheap;

/** A snapshot that is being written in the background. Safe for use by any number of threads. */
public interface PendingSnapshot {
    /**
     * Waits until the snapshot is durable and has its name.
     *
     * @return the snapshot
     * @throws SnapshotException if it could not be written, or the wait was interrupted; without an interrupt there is
     *     no snapshot then, and the memory goes on
     */
    Snapshot await();

    /**
     * Whether {@link #await} returns, or throws, at once.
     *
     * @return true if the snapshot is durable or has failed
     */
    boolean isFinished();
}
