package io.engram.replay.offheap.internal.ring;

import io.engram.replay.RowLayout;
import org.agrona.UnsafeApi;

/**
 * Takes rows of a ring away from all its readers, at once and for ever: the stamp becomes ERASED, the segment notes it,
 * and whoever keeps leaves of the row is told. The row's bytes stay for others to zero. For one thread, inside an
 * epoch; beside any number of writers and readers.
 *
 * <p>A reader that has found the row before copies it, takes the stamp again and drops what it has. So once this has
 * returned, no batch is filled any more with what was erased.
 */
public final class RowEraser {
    private final Ring ring;
    private final SegmentGeometry geometry;
    private final boolean selfContained;
    private final Listener listener;

    /** Is told of each transition that cannot be sampled any more. */
    @FunctionalInterface
    public interface Listener {
        /**
         * The transition that starts from a row is gone.
         *
         * @param start the row, in the window or behind it
         */
        void erased(long start);
    }

    /** Says which rows are meant. */
    @FunctionalInterface
    public interface Meant {
        /**
         * Whether a row is to go.
         *
         * @param sequence the row
         * @param episode its episode
         * @return true if so
         */
        boolean test(long sequence, long episode);
    }

    /**
     * An eraser.
     *
     * @param ring of the rows
     * @param layout of the rows
     * @param listener is told of transitions
     */
    public RowEraser(Ring ring, RowLayout layout, Listener listener) {
        this.ring = ring;
        this.geometry = ring.geometry();
        this.selfContained = layout == RowLayout.SELF_CONTAINED;
        this.listener = listener;
    }

    /**
     * Erases rows.
     *
     * @param from the first row to look at
     * @param to one more than the last
     * @param meant which of them are to go
     * @return how many rows went that could be read before
     */
    public long erase(long from, long to, Meant meant) {
        long erased = 0;
        for (long row = Math.max(from, oldest()); row < to; row++) {
            erased += erase(row, meant) ? 1 : 0;
        }
        return erased;
    }

    /**
     * As {@link #erase(long, long, Meant)}; with self-contained rows the row before each in its episode goes, too: it
     * holds that one's state as its next state.
     *
     * @param from the first row to look at
     * @param to one more than the last
     * @param meant which of them are to go
     * @return how many rows went that could be read before
     */
    public long eraseWithPredecessors(long from, long to, Meant meant) {
        if (!selfContained) {
            return erase(from, to, meant);
        }
        long erased = 0;
        for (long row = Math.max(from, oldest()); row < to; row++) {
            long before = before(row);
            // First, because only the row itself tells of it: whoever is killed in between does this again.
            if (before != Links.NONE && before < from && isMeant(row, meant)) {
                erased += erase(before, (sequence, episode) -> true) ? 1 : 0;
            }
            erased += erase(row, meant) ? 1 : 0;
        }
        return erased;
    }

    private boolean isMeant(long row, Meant meant) {
        long address = ring.rowAddress(row);
        return address != 0 && meant.test(row, UnsafeApi.getLong(address + RowDescriptor.EPISODE_OFFSET));
    }

    private long oldest() {
        return ring.tail(ring.head());
    }

    private boolean erase(long row, Meant meant) {
        Segment segment = ring.table().get(geometry.ordinal(row));
        if (segment == null) {
            return false;
        }
        long address = ring.rowAddress(row);
        if (address != 0 && UnsafeApi.getLongVolatile(null, address) == Stamp.of(row, Stamp.ERASED)) {
            // By somebody who was killed before he told, or whose power went before all of it was on the disk.
            listener.erased(row);
            return false;
        }
        // What is not published is nobody's to read, and its writer's to fill.
        if (address == 0
                || !Stamp.isPublished(UnsafeApi.getLongVolatile(null, address), row)
                || !meant.test(row, UnsafeApi.getLong(address + RowDescriptor.EPISODE_OFFSET))) {
            return false;
        }
        long before = before(row);
        if (!Slot.erase(address, row)) {
            return false;
        }
        Tombstones.set(segment.region().address(), geometry, (int) (row & (geometry.rows() - 1)));
        listener.erased(row);
        if (before != Links.NONE && !selfContained) {
            // The transition that leads to the row.
            listener.erased(before);
        }
        return true;
    }

    /** The row before in the episode, or {@link Links#NONE}. */
    private long before(long row) {
        long address = ring.rowAddress(row);
        if (address == 0 || !Stamp.isPublished(UnsafeApi.getLongVolatile(null, address), row)) {
            return Links.NONE;
        }
        int back = UnsafeApi.getInt(address + RowDescriptor.BACK_OFFSET);
        return back > 0 && back != RowDescriptor.BACK_TOO_FAR ? row - back : Links.NONE;
    }
}
