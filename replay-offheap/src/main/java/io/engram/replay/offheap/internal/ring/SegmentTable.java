package io.engram.replay.offheap.internal.ring;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Ordinal to segment, for the segments that can be reached. Lock-free.
 *
 * <p>An entry may hold another ordinal than the one asked for (an older one not yet retired, or a newer one): the
 * lookup compares, so nobody takes one segment for another, however long it was stopped.
 *
 * <p><b>Invariant.</b> The ordinals of an entry never fall. What is taken out leaves a mark, so that nobody who made
 * the same segment and was stopped can put his in after the window has left it.
 */
public final class SegmentTable {
    private final AtomicReferenceArray<@Nullable Segment> entries;
    private final int mask;

    /**
     * An empty table.
     *
     * @param size how many consecutive ordinals it can hold at least
     */
    public SegmentTable(int size) {
        int length = Integer.highestOneBit(Math.max(2, size) - 1) << 1;
        this.entries = new AtomicReferenceArray<>(length);
        this.mask = length - 1;
    }

    /**
     * The segment of an ordinal.
     *
     * @param ordinal which
     * @return the segment, or null if it is not reachable
     */
    public @Nullable Segment get(long ordinal) {
        Segment segment = entries.getAcquire((int) ordinal & mask);
        return segment != null && segment.ordinal() == ordinal ? segment : null;
    }

    /**
     * What is in the entry that an ordinal needs.
     *
     * @param ordinal which
     * @return a segment or a mark of that or another ordinal, or null if the entry was never used
     */
    @Nullable
    Segment occupant(long ordinal) {
        return entries.get((int) ordinal & mask);
    }

    /**
     * Makes a segment reachable, if its entry is free and never held this ordinal or a later one.
     *
     * @param segment new
     * @return false if not
     */
    public boolean install(Segment segment) {
        int index = (int) segment.ordinal() & mask;
        Segment occupant = entries.get(index);
        boolean free = occupant == null || (occupant.isMark() && occupant.lastOrdinal() < segment.ordinal());
        return free && entries.compareAndSet(index, occupant, segment);
    }

    /**
     * Makes a segment unreachable for good.
     *
     * @param segment in the table or not
     * @return true for the one caller that took it out
     */
    public boolean remove(Segment segment) {
        return entries.compareAndSet((int) segment.ordinal() & mask, segment, Segment.mark(segment.ordinal()));
    }
}
