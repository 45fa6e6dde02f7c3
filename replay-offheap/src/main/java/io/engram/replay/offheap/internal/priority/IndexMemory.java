package io.engram.replay.offheap.internal.priority;

import io.engram.replay.internal.priority.MaximumPriority;
import org.agrona.UnsafeApi;

/**
 * The memory of an index: a page of words, then a word for each leaf, then for rank-based indexes a word for each
 * leaf's priority.
 *
 * @param address of the page, aligned to pages
 * @param leaves how many
 * @param ranked whether the priorities are there
 * @param onFree gives the memory back
 * @param onForce makes it durable, if it can be
 */
public record IndexMemory(long address, int leaves, boolean ranked, Runnable onFree, Runnable onForce)
        implements MaximumPriority.Words {
    /** Where the leaves begin. */
    public static final int LEAVES_OFFSET = 4096;
    /** Where the words of {@link MaximumPriority} begin. */
    public static final int MAXIMUM_OFFSET = 1024;

    private static final int PAGE = 4096;

    /**
     * How much there must be.
     *
     * @param leaves how many
     * @param ranked whether there are priorities too
     * @return bytes, whole pages
     */
    public static long length(int leaves, boolean ranked) {
        long words = ranked ? 2L * alignedLeaves(leaves) : leaves;
        return (LEAVES_OFFSET + words * Long.BYTES + PAGE - 1) & -PAGE;
    }

    /** The priorities begin at a page of their own. */
    private static long alignedLeaves(int leaves) {
        return ((long) leaves * Long.BYTES + PAGE - 1 & -PAGE) / Long.BYTES;
    }

    /**
     * Where the leaves are.
     *
     * @return a raw address
     */
    long leavesAddress() {
        return address + LEAVES_OFFSET;
    }

    /** Where the priorities of a rank-based index are. */
    long ranksAddress() {
        return ranked ? leavesAddress() + alignedLeaves(leaves) * Long.BYTES : 0;
    }

    @Override
    public long get(int index) {
        return UnsafeApi.getLongVolatile(null, word(index));
    }

    @Override
    public boolean compareAndSet(int index, long expected, long value) {
        return UnsafeApi.compareAndSetLong(null, word(index), expected, value);
    }

    /** Gives the memory back. Nobody may use it any more. */
    public void free() {
        onFree.run();
    }

    /** Makes all of it durable, in files. */
    void force() {
        onForce.run();
    }

    private long word(int index) {
        return address + MAXIMUM_OFFSET + (long) index * Long.BYTES;
    }
}
