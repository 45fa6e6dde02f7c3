package io.engram.replay.offheap.internal.ring;

import org.agrona.UnsafeApi;

/**
 * Which rows of a segment were erased on request: a bit a row, in the segment itself, so that whoever has the file
 * knows it without reading rows. A bit is set and never cleared while the segment holds these rows. Safe for use by any
 * number of threads and processes.
 */
public final class Tombstones {
    private static final int WORD_SHIFT = 6;

    private Tombstones() {}

    /**
     * Notes that a row was erased.
     *
     * @param segment where the segment begins, a raw address
     * @param geometry of the segment
     * @param row its place in the segment
     */
    public static void set(long segment, SegmentGeometry geometry, int row) {
        long address = word(segment, geometry, row);
        long bit = 1L << row;
        for (long word = UnsafeApi.getLongVolatile(null, address);
                (word & bit) == 0;
                word = UnsafeApi.getLongVolatile(null, address)) {
            UnsafeApi.compareAndSetLong(null, address, word, word | bit);
        }
    }

    /**
     * Whether a row was erased.
     *
     * @param segment where the segment begins, a raw address
     * @param geometry of the segment
     * @param row its place in the segment
     * @return true if so
     */
    public static boolean isSet(long segment, SegmentGeometry geometry, int row) {
        return (UnsafeApi.getLongVolatile(null, word(segment, geometry, row)) & 1L << row) != 0;
    }

    /**
     * How many rows were erased.
     *
     * @param segment where the segment begins, a raw address
     * @param geometry of the segment
     * @return 0 to its rows
     */
    public static int count(long segment, SegmentGeometry geometry) {
        int count = 0;
        for (int row = 0; row < geometry.rows(); row += Long.SIZE) {
            count += Long.bitCount(UnsafeApi.getLongVolatile(null, word(segment, geometry, row)));
        }
        return count;
    }

    /** The part begins at a page and is followed by one, so that there is always a whole word. */
    private static long word(long segment, SegmentGeometry geometry, int row) {
        return segment + geometry.tombstonesOffset() + ((long) (row >>> WORD_SHIFT) << 3);
    }
}
