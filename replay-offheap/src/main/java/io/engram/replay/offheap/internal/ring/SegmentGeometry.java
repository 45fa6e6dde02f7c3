package io.engram.replay.offheap.internal.ring;

/**
 * How many rows a segment has, and where they and what belongs to them lie in it. Immutable.
 *
 * <pre>
 *  +--------+------------------+---------------+-------------+--------+
 *  | header | rows             | forward links | tombstones  | footer |
 *  | 4096   | rows x stride    | rows x i32    | rows x bit  | 4096   |
 *  +--------+------------------+---------------+-------------+--------+
 *  0        4096               each part starts at a multiple of 4096
 * </pre>
 *
 * <p>See {@link Links} and {@link Tombstones}.
 *
 * @param rowsShift log2 of the rows of a segment
 * @param rowLength bytes of a row without padding
 * @param stride bytes from row to row
 */
public record SegmentGeometry(int rowsShift, int rowLength, int stride) {
    /** Parts of a segment begin at multiples of this. */
    public static final int PAGE = 4096;
    /** Where the rows begin. */
    public static final int ROWS_OFFSET = PAGE;
    /** The longest segment. */
    public static final long MAX_LENGTH = 1L << 30;

    private static final long SEGMENT_LIMIT = 1 << 16;
    private static final long TARGET_LENGTH = 16L << 20;
    private static final long LEAST_LENGTH = 64L << 10;
    private static final long MAX_SEGMENTS = 4096;
    private static final int LONG_ROW = 1024;
    private static final int LONG_ROW_SEGMENTS = 256;
    private static final long LEAST_LONG_LENGTH = 1L << 20;

    /**
     * Chooses the segment's size: 16 MiB of rows; less for small memories and for long rows, so that the slack stays
     * small; more for huge ones, so that the number of mappings stays far below what systems allow.
     *
     * @param payloadLength bytes of a row's payload
     * @param capacity rows of the memory
     * @return the geometry
     */
    public static SegmentGeometry choose(int payloadLength, long capacity) {
        int stride = RowDescriptor.stride(payloadLength);
        long rows = Math.max(1, Long.highestOneBit(TARGET_LENGTH / stride));
        long least = Math.max(1, Long.highestOneBit(LEAST_LENGTH / stride));
        while (rows > least && rows > capacity / 8) {
            rows >>= 1;
        }
        // Of long rows a segment is slow to fill, so that it may be small without being sealed too often.
        while (stride >= LONG_ROW && rows > capacity / LONG_ROW_SEGMENTS && rows * stride > LEAST_LONG_LENGTH) {
            rows >>= 1;
        }
        while (capacity / rows > MAX_SEGMENTS && rows * 2 * stride <= MAX_LENGTH / 2) {
            rows <<= 1;
        }
        return ofRows(payloadLength, rows);
    }

    /**
     * A given number of rows.
     *
     * @param payloadLength bytes of a row's payload
     * @param rows a power of two
     * @return the geometry
     */
    public static SegmentGeometry ofRows(int payloadLength, long rows) {
        if (rows < 1 || Long.bitCount(rows) != 1) {
            throw new IllegalArgumentException("segmentRows=" + rows + ", expected a power of two");
        }
        int stride = RowDescriptor.stride(payloadLength);
        if (rows > MAX_LENGTH / 2 / stride) {
            throw new IllegalArgumentException("segmentRows=" + rows + " of stride=" + stride
                    + " bytes, expected at most " + MAX_LENGTH / 2 + " bytes a segment");
        }
        return new SegmentGeometry(
                Long.numberOfTrailingZeros(rows), RowDescriptor.HEADER_LENGTH + payloadLength, stride);
    }

    /**
     * Throws if a memory would have more segments than systems allow mappings.
     *
     * @param capacity rows of the memory
     * @throws IllegalArgumentException if so
     */
    public void requireFewSegments(long capacity) {
        if (capacity >>> rowsShift > SEGMENT_LIMIT) {
            throw new IllegalArgumentException("segmentRows=" + rows() + " for capacity=" + capacity + " makes "
                    + (capacity >>> rowsShift) + " segments, expected at most " + SEGMENT_LIMIT
                    + "; take more rows a segment or a smaller capacity");
        }
    }

    /**
     * Rows of a segment.
     *
     * @return a power of two
     */
    public int rows() {
        return 1 << rowsShift;
    }

    /**
     * Which segment a row lies in.
     *
     * @param sequence the row
     * @return the segment's ordinal
     */
    public long ordinal(long sequence) {
        return sequence >>> rowsShift;
    }

    /**
     * The first row of a segment.
     *
     * @param ordinal the segment
     * @return its sequence
     */
    public long firstSequence(long ordinal) {
        return ordinal << rowsShift;
    }

    /**
     * Where the forward links begin.
     *
     * @return bytes from the segment's start
     */
    public int linksOffset() {
        return align(ROWS_OFFSET + ((long) stride << rowsShift));
    }

    /**
     * Where the tombstones begin.
     *
     * @return bytes from the segment's start
     */
    public int tombstonesOffset() {
        return align(linksOffset() + ((long) Integer.BYTES << rowsShift));
    }

    /**
     * Where the footer begins.
     *
     * @return bytes from the segment's start
     */
    public int footerOffset() {
        return align(tombstonesOffset() + (rows() + 7L) / 8);
    }

    /**
     * The length of a segment.
     *
     * @return bytes
     */
    public int length() {
        return footerOffset() + PAGE;
    }

    private static int align(long offset) {
        return (int) ((offset + PAGE - 1) & -PAGE);
    }
}
