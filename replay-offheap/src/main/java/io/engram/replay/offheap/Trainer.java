package io.engram.replay.offheap;

/**
 * A trainer whose state every snapshot has, whichever thread asks for it: the snapshot waits until the trainer is at a
 * boundary between two steps, copies there what can change, and lets it go on. For one thread at a time.
 *
 * <p>Two phases: at the boundary the state is copied in memory; it is written in the background.
 */
public interface Trainer extends AutoCloseable {
    /**
     * Says that the trainer is between two steps. Returns at once unless a snapshot waits; then the state is captured
     * here, and the call returns when the snapshot has copied what can change.
     *
     * @throws io.engram.replay.MemoryClosedException if the memory is closed
     */
    void stepBoundary();

    /** Ends the registration; snapshots that wait for this trainer go on without. Closing twice does nothing. */
    @Override
    void close();
}
