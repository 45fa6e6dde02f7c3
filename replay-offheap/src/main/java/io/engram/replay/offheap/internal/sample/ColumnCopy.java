package io.engram.replay.offheap.internal.sample;

import org.agrona.UnsafeApi;

/**
 * Copies one value out of each of many rows into a column. A batch is copied column by column, so that each loop moves
 * one length; the rows are in the cache by then. Immutable.
 */
final class ColumnCopy {
    private static final int SMALL = 128;

    private final long target;
    private final int offset;
    private final int length;
    private final boolean fromStart;

    /**
     * {@code offset}: from the start of the row. {@code fromStart}: out of the row that a transition starts from, not
     * the one it leads to.
     */
    ColumnCopy(long target, int offset, int length, boolean fromStart) {
        this.target = target;
        this.offset = offset;
        this.length = length;
        this.fromStart = fromStart;
    }

    boolean fromStart() {
        return fromStart;
    }

    /** Copies every lane; {@code rows} are addresses by lane. */
    void copy(long[] rows) {
        if (length == Integer.BYTES) {
            for (int lane = 0; lane < rows.length; lane++) {
                UnsafeApi.putInt(target + (long) lane * Integer.BYTES, UnsafeApi.getInt(rows[lane] + offset));
            }
        } else if (length == Long.BYTES) {
            for (int lane = 0; lane < rows.length; lane++) {
                UnsafeApi.putLong(target + (long) lane * Long.BYTES, UnsafeApi.getLong(rows[lane] + offset));
            }
        } else if (length == 2 * Long.BYTES) {
            copyPairs(rows);
        } else if ((length & 7) == 0 && length <= SMALL) {
            copyWords(rows);
        } else if (length == 1) {
            for (int lane = 0; lane < rows.length; lane++) {
                UnsafeApi.putByte(target + lane, UnsafeApi.getByte(rows[lane] + offset));
            }
        } else {
            copyBytes(rows);
        }
    }

    /** The length of four floats, without a loop over words. */
    private void copyPairs(long[] rows) {
        for (int lane = 0; lane < rows.length; lane++) {
            long from = rows[lane] + offset;
            long to = target + (long) lane * (2 * Long.BYTES);
            UnsafeApi.putLong(to, UnsafeApi.getLong(from));
            UnsafeApi.putLong(to + Long.BYTES, UnsafeApi.getLong(from + Long.BYTES));
        }
    }

    private void copyWords(long[] rows) {
        for (int lane = 0; lane < rows.length; lane++) {
            long from = rows[lane] + offset;
            long to = target + (long) lane * length;
            for (int word = 0; word < length; word += Long.BYTES) {
                UnsafeApi.putLong(to + word, UnsafeApi.getLong(from + word));
            }
        }
    }

    private void copyBytes(long[] rows) {
        for (int lane = 0; lane < rows.length; lane++) {
            Bytes.copy(rows[lane] + offset, target + (long) lane * length, length);
        }
    }
}
