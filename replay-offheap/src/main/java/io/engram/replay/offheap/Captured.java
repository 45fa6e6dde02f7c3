package io.engram.replay.offheap;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A trainer's state as it was at a boundary between two steps, copied in memory: whatever the trainer does next does
 * not change it. It is written in the background, by another thread.
 */
@FunctionalInterface
public interface Captured {
    /**
     * Writes the state. Called at most once, by any thread.
     *
     * @param out where to; need not be closed
     * @throws IOException if {@code out} throws it; then there is no snapshot
     */
    void writeTo(OutputStream out) throws IOException;

    /**
     * A state that is an array.
     *
     * @param bytes must not be changed any more
     * @return the state
     */
    static Captured of(byte[] bytes) {
        return out -> out.write(bytes);
    }
}
