package io.engram.replay.offheap.internal.ring;

import org.jspecify.annotations.Nullable;

/** Where the ring gets memory for segments, and what is to be done with them. Safe for use by any thread. */
public interface SegmentSource {
    /**
     * Makes memory for a segment: allocated for good, mapped, touched, all slots fresh.
     *
     * @param ordinal the segment
     * @return the memory
     * @throws io.engram.replay.offheap.StorageFullException if there is no room; nothing is left behind
     */
    Region create(long ordinal);

    /**
     * Takes away the name of a segment that left the window, whose memory will be recycled: until then nobody finds it.
     * Segments lose their names in the order of their ordinals, by this or {@link #unlink}, so that those with names
     * are consecutive whenever the process dies.
     *
     * @param region nobody's any more, without abandoned rows
     * @throws io.engram.replay.offheap.StorageException if that fails; then it is to be unlinked
     */
    void setAside(Region region);

    /**
     * Makes memory of a segment that was set aside ready for a later one.
     *
     * @param region nobody's any more, without abandoned rows
     * @param ordinal the segment to come
     * @return the same memory, or null if it cannot be reused
     */
    @Nullable
    Region recycle(Region region, long ordinal);

    /**
     * Makes a closed segment durable and says so in it.
     *
     * @param segment closed
     * @param facts what it holds
     * @throws io.engram.replay.offheap.StorageException if it cannot be made durable
     */
    void seal(Segment segment, SealFacts facts);

    /**
     * Makes the links of a segment durable that was sealed before they were stored.
     *
     * @param segment sealed
     * @throws io.engram.replay.offheap.StorageException if that is not certain
     */
    void forceLinks(Segment segment);

    /**
     * Frees the storage of a segment that left the window, but not yet its memory.
     *
     * @param region of the segment
     */
    void unlink(Region region);

    /**
     * Frees the memory of a region that nobody can use any more.
     *
     * @param region after {@link #unlink}, or at the end
     */
    void unmap(Region region);

    /**
     * Whether segments outlive the process.
     *
     * @return false for anonymous memory, which is never sealed
     */
    boolean isPersistent();
}
