package io.engram.replay.offheap.internal.ring;

import org.agrona.UnsafeApi;

/**
 * The links from a row to the next of its episode: how many sequences on, 0 for not known.
 *
 * <p>A link is a hint. The truth is the link back in the row that it leads to, and whoever follows a link compares. So
 * a link may be stored into a sealed segment, be late, be lost with the power, or be left over from an earlier use of
 * the segment's memory; a lost one is found again by looking at the rows behind. None is stored into a segment whose
 * file a snapshot or a fork has, too. For callers inside an epoch.
 */
public final class Links {
    /** A sequence that no row has. */
    public static final long NONE = -1;

    private Links() {}

    /**
     * Stores a link.
     *
     * @param ring of the rows
     * @param sequence a row
     * @param next the next row of its episode, published
     */
    public static void put(Ring ring, long sequence, long next) {
        Segment segment = ring.table().get(ring.geometry().ordinal(sequence));
        long distance = next - sequence;
        if (segment != null && !segment.isShared() && distance < RowDescriptor.BACK_TOO_FAR) {
            UnsafeApi.putInt(ring.linkAddress(segment, sequence), (int) distance);
        }
    }

    /** After a link was stored: sees to it that it becomes durable with the row that it leads to. */
    static void note(Ring ring, long sequence) {
        Segment segment = ring.table().get(ring.geometry().ordinal(sequence));
        if (segment != null) {
            segment.noteLink();
        }
    }

    /**
     * The link of a row.
     *
     * @param ring of the rows
     * @param sequence a row
     * @return the next row of its episode, to be compared; or {@link #NONE}
     */
    public static long get(Ring ring, long sequence) {
        long address = ring.linkAddress(sequence);
        int distance = address == 0 ? 0 : UnsafeApi.getInt(address);
        return distance <= 0 ? NONE : sequence + distance;
    }

    /**
     * Whether a row is published and comes next after another one of its episode.
     *
     * @param ring of the rows
     * @param sequence a row
     * @param next a row behind it
     * @return true if so
     */
    public static boolean leadsTo(Ring ring, long sequence, long next) {
        long address = ring.rowAddress(next);
        return address != 0
                && Stamp.isPublished(UnsafeApi.getLongVolatile(null, address), next)
                && UnsafeApi.getInt(address + RowDescriptor.BACK_OFFSET) == next - sequence;
    }

    /**
     * The next row of a row's episode, whose link is lost: by looking at every row behind it. Then the link is mended.
     * Ends when the row has left the window, which is why most links that lead nowhere do.
     *
     * @param ring of the rows
     * @param sequence a row
     * @return the next row, or {@link #NONE}
     */
    public static long find(Ring ring, long sequence) {
        long head = ring.head();
        for (long next = sequence + 1; next < head && sequence >= ring.tail(ring.head()); next++) {
            if (leadsTo(ring, sequence, next)) {
                put(ring, sequence, next);
                note(ring, sequence);
                return next;
            }
        }
        return NONE;
    }

    /**
     * Stores the links that may have been lost: those that lead to rows of unsealed segments, and of the newest sealed
     * one, since its links are synced after it was sealed.
     *
     * @param ring of the rows
     * @param floor the oldest row there may be
     * @param unsealed the first row of an unsealed segment
     */
    public static void rebuildBehind(Ring ring, long floor, long unsealed) {
        SegmentGeometry geometry = ring.geometry();
        long first = Math.max(geometry.ordinal(floor), geometry.ordinal(unsealed) - 1);
        for (long ordinal = first; ordinal < geometry.ordinal(ring.limit()); ordinal++) {
            rebuild(ring, ordinal);
        }
    }

    /**
     * Stores the links that lead to the rows of a segment.
     *
     * @param ring of the rows
     * @param ordinal the segment
     */
    public static void rebuild(Ring ring, long ordinal) {
        long first = ring.geometry().firstSequence(ordinal);
        for (long sequence = first; sequence < first + ring.geometry().rows(); sequence++) {
            long address = ring.rowAddress(sequence);
            if (address != 0 && Stamp.isPublished(UnsafeApi.getLong(address), sequence)) {
                int back = UnsafeApi.getInt(address + RowDescriptor.BACK_OFFSET);
                if (back > 0 && back < RowDescriptor.BACK_TOO_FAR) {
                    put(ring, sequence - back, sequence);
                    note(ring, sequence - back);
                }
            }
        }
    }
}
