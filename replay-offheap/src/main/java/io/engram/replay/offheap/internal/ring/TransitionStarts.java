package io.engram.replay.offheap.internal.ring;

import io.engram.replay.RowLayout;
import java.util.function.LongPredicate;
import org.agrona.UnsafeApi;

/**
 * Whether a transition starts from a row that is in the window, going by the row's link. For a ring that nobody writes
 * to.
 */
public final class TransitionStarts implements LongPredicate {
    private final Ring ring;
    private final boolean arrival;

    /**
     * For the rows of a ring.
     *
     * @param ring of the rows
     * @param layout of the rows
     */
    public TransitionStarts(Ring ring, RowLayout layout) {
        this.ring = ring;
        this.arrival = layout == RowLayout.ARRIVAL;
    }

    @Override
    public boolean test(long sequence) {
        long address = ring.rowAddress(sequence);
        if (address == 0 || !Stamp.isPublished(UnsafeApi.getLong(address), sequence)) {
            return false;
        }
        long next = arrival ? Links.get(ring, sequence) : sequence;
        return !arrival || (next != Links.NONE && Links.leadsTo(ring, sequence, next));
    }
}
