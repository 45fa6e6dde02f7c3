package io.engram.replay.offheap.internal.snapshot;

import io.engram.replay.offheap.SnapshotException;
import io.engram.replay.offheap.internal.store.FileLayer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One at a time: what takes, deletes, restores or forks snapshots of one memory in this process. A semaphore and no
 * lock, because a snapshot is begun by one thread and finished by another.
 */
public final class SnapshotOrder {
    private final Semaphore turn;
    private final Path memory;

    private SnapshotOrder(Semaphore turn, Path memory) {
        this.turn = turn;
        this.memory = memory;
    }

    /**
     * The order of a memory's snapshots.
     *
     * @param files how files are reached
     * @param memory the memory's directory
     * @return the same for every name of the directory that differs by dots only
     */
    public static SnapshotOrder of(FileLayer files, Path memory) {
        Path absolute = memory.toAbsolutePath().normalize();
        return new SnapshotOrder(files.turn(absolute), absolute);
    }

    /**
     * Waits for the turn.
     *
     * @param timeout how long
     * @throws SnapshotException if it does not come
     */
    public void begin(Duration timeout) {
        try {
            if (turn.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SnapshotException("interrupted while another snapshot is under way: directory=" + memory, e);
        }
        throw new SnapshotException("another snapshot is still under way: directory=" + memory + ", waited=" + timeout
                + "; try again later, or give a longer timeout");
    }

    /**
     * Takes the turn if nobody has it.
     *
     * @return false if somebody has
     */
    public boolean tryBegin() {
        return turn.tryAcquire();
    }

    /** Waits until nothing is under way, however long and whether interrupted or not. */
    public void awaitAll() {
        turn.acquireUninterruptibly();
        turn.release();
    }

    /** Ends the turn; also for another thread than the one that began it. */
    public void end() {
        turn.release();
    }

    /**
     * Does something in its turn.
     *
     * @param action what
     */
    public void run(Runnable action) {
        begin(Duration.ofDays(1));
        try {
            action.run();
        } finally {
            end();
        }
    }
}
