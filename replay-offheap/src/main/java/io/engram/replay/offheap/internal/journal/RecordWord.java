package io.engram.replay.offheap.internal.journal;

import org.agrona.UnsafeApi;

/**
 * The first word of a record. Positive: the length of a record that can be read. Each arrow is one CAS.
 *
 * <pre>
 *   FREE --mark--> -length --publish--> length
 *     |               |
 *     +----close------+--> CLOSED + length
 * </pre>
 *
 * <p>A place that was closed before it was marked has the length 8: whoever claimed it finds it closed, whatever the
 * length it wanted, and so does whoever claimed the places behind.
 */
public final class RecordWord {
    /** Nothing was stored here. */
    public static final int FREE = 0;
    /** What a closed place holds, plus its length. */
    public static final int CLOSED = Integer.MIN_VALUE;

    private static final int WRITING_LIMIT = -(1 << 30);

    private RecordWord() {}

    /**
     * Makes a claimed place the caller's to store into.
     *
     * @param address of the place
     * @param length of the record
     * @return false if it was closed
     */
    public static boolean mark(long address, int length) {
        boolean marked = UnsafeApi.compareAndSetInt(null, address, FREE, -length);
        UnsafeApi.storeFence();
        return marked;
    }

    /**
     * Lets a record be read whose bytes are stored.
     *
     * @param address of the place
     * @param length of the record
     * @return false if it was closed
     */
    public static boolean publish(long address, int length) {
        return UnsafeApi.compareAndSetInt(null, address, -length, length);
    }

    /**
     * Closes a place unless there is a record.
     *
     * @param address of the place
     * @return what stands there now
     */
    public static int close(long address) {
        while (true) {
            int word = UnsafeApi.getIntVolatile(null, address);
            if (isFinal(word)) {
                return word;
            }
            int closed = CLOSED + (word == FREE ? Long.BYTES : -word);
            if (UnsafeApi.compareAndSetInt(null, address, word, closed)) {
                return closed;
            }
        }
    }

    /**
     * Whether a word never changes any more.
     *
     * @param word what stands there
     * @return true for a record, and for a closed place
     */
    public static boolean isFinal(int word) {
        return word > 0 || word < WRITING_LIMIT;
    }

    /**
     * The length of a final place.
     *
     * @param word what stands there
     * @return bytes
     */
    public static int length(int word) {
        return word > 0 ? word : word - CLOSED;
    }
}
