package io.engram.replay.internal.priority;

/**
 * Where the priority of a transition lies among those of its index: the one keyed by row s is leaf {@code s mod count}.
 *
 * <p>There are more leaves than rows, by at least a block: so when a row is appended, the whole block of leaves that
 * the row of the same leaf before it belongs to is behind the window and can be evicted at once.
 */
public final class Leaves {
    /** Leaves that are evicted together, a power of two. */
    public static final int BLOCK = 64;
    /** The largest capacity of a memory with priorities. */
    public static final long MAX_CAPACITY = 1L << 27;

    private static final int LEAST = 1024;

    private Leaves() {}

    /**
     * How many leaves an index has.
     *
     * @param capacity rows of the memory
     * @return a multiple of {@link #BLOCK}, at least {@code capacity} and a block
     * @throws IllegalArgumentException if the capacity exceeds {@link #MAX_CAPACITY}
     */
    public static int count(long capacity) {
        if (capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException(
                    "capacity=" + capacity + ", expected at most " + MAX_CAPACITY + " rows with priorities");
        }
        // Few leaves would soon go through all generations; see the leaf's layout.
        return (int) Math.max(LEAST, (capacity + 2L * BLOCK - 1) & -BLOCK);
    }
}
