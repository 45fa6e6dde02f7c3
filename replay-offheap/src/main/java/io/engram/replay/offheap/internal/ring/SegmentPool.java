package io.engram.replay.offheap.internal.ring;

import io.engram.replay.offheap.StorageException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Memory for segments to come: what left the window and can hold others at once, else new memory. Lock-free but for the
 * system calls.
 *
 * <p>Memory in the pool needs no epoch to pass: samplers that still look at it see by the stamps that its rows changed.
 * That is why a thread stopped for ever in the middle of an operation costs a bounded amount: what cannot be unmapped
 * while it is inside is used again, by writers that make room themselves as well as by the preparer.
 */
public final class SegmentPool {
    /** Memory that cannot be used again, and why. */
    public record Reject(Region region, @Nullable StorageException cause) {}

    private final SegmentSource source;
    private final Queue<Region> spares = new ConcurrentLinkedQueue<>();
    private final Queue<Reject> rejects = new ConcurrentLinkedQueue<>();

    SegmentPool(SegmentSource source) {
        this.source = source;
    }

    /**
     * How much there is.
     *
     * @return spares, counted one by one
     */
    public int size() {
        return spares.size();
    }

    /**
     * Takes memory for a segment, recycled or new.
     *
     * @param ordinal the segment
     * @return ready to be installed
     * @throws io.engram.replay.offheap.StorageFullException if there is none and none can be made
     */
    public Region take(long ordinal) {
        for (Region spare = spares.poll(); spare != null; spare = spares.poll()) {
            try {
                Region recycled = source.recycle(spare, ordinal);
                if (recycled != null) {
                    return recycled;
                }
                rejects.add(new Reject(spare, null));
            } catch (StorageException e) {
                rejects.add(new Reject(spare, e));
            }
        }
        return source.create(ordinal);
    }

    /**
     * Gives memory to the pool: of a segment that left the window, or that somebody else was quicker to install.
     *
     * @param region nobody's any more, without abandoned rows
     */
    public void put(Region region) {
        try {
            source.setAside(region);
            spares.add(region);
        } catch (StorageException e) {
            rejects.add(new Reject(region, e));
        }
    }

    /**
     * Sees to it that what is in the pool now holds no later segment: its rows are of episodes that nobody knows any
     * more, and are to be nowhere. It loses its storage at once, its memory when it can be unmapped.
     */
    public void discard() {
        for (Region spare = spares.poll(); spare != null; spare = spares.poll()) {
            try {
                source.unlink(spare);
                rejects.add(new Reject(spare, null));
            } catch (StorageException e) {
                rejects.add(new Reject(spare, e));
            }
        }
    }

    /**
     * Takes memory out that is not to be used again.
     *
     * @return still mapped, or null if there is none
     */
    public @Nullable Region poll() {
        return spares.poll();
    }

    /**
     * Takes memory out that cannot be used again.
     *
     * @return still mapped, or null if there is none
     */
    public @Nullable Reject pollReject() {
        return rejects.poll();
    }
}
