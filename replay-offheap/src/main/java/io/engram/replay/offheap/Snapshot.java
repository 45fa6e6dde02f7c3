package io.engram.replay.offheap;

import java.nio.file.Path;
import java.time.Instant;

/**
 * What is known of a snapshot. Immutable; figures of bytes are of the moment when it was asked for.
 *
 * @param name as given when it was taken
 * @param directory where it is; it can be removed as a whole
 * @param number one more than the highest of the snapshots there were when it was taken, from 1
 * @param taken when
 * @param step of the trainer, or {@link #NO_STEP}
 * @param firstSequence its first row
 * @param endSequence one more than its last row
 * @param ownBytes what deleting it would free
 * @param sharedBytes what it has together with the memory, other snapshots or forks
 */
public record Snapshot(
        String name,
        Path directory,
        long number,
        Instant taken,
        long step,
        long firstSequence,
        long endSequence,
        long ownBytes,
        long sharedBytes) {
    /** What {@link #step} is if none was given. */
    public static final long NO_STEP = -1;

    /**
     * How many rows it spans.
     *
     * @return at most the memory's capacity
     */
    public long size() {
        return endSequence - firstSequence;
    }
}
