package io.engram.replay.offheap.internal.priority;

import io.engram.replay.offheap.StorageFullException;
import org.agrona.UnsafeApi;

/**
 * Sums over the masses of leaves, in wide nodes: exact, and lock-free for any number of threads.
 *
 * <pre>
 *   top level       [ .... sums of the level below; all are added up for each batch: there is no root .... ]
 *   ...
 *   level 0         [ 16 sums of leaves ][ 16 ][ 16 ] ...
 *   leaves          [ 16 words ][ 16 ][ 16 ][ 16 ] ...                                    (see {@link Leaf})
 * </pre>
 *
 * <p><b>Invariant.</b> A sum is never less than what is below it: who makes a leaf larger adds the difference to the
 * sums first, from the top down, and takes it off again if the leaf's CAS fails; who makes it smaller subtracts after
 * the CAS, from the bottom up. Only the thread whose CAS succeeded owes the difference, so with no operation under way
 * every sum is exact. What operations under way or stopped for ever leave above their leaves makes a draw that falls
 * into it start again; it makes no leaf unreachable.
 *
 * <p><b>Progress.</b> Adding and subtracting is wait-free; a leaf's CAS fails only because another's succeeded.
 *
 * <p>Sums are below 2^63: see {@link io.engram.replay.internal.priority.Mass}.
 */
public final class SumTree {
    /** log2 of the children of a node. */
    static final int FAN_SHIFT = 4;
    /** The top level has at most as many sums. */
    static final int MAX_TOP = 2048;

    private static final int LINE = 64;

    private final long leaves;
    private final int count;
    private final long block;
    private final long[] levels;
    private final int[] sizes;

    /**
     * A tree without masses; {@link #rebuild} takes them in.
     *
     * @param leavesAddress of the words, aligned to cache lines; the caller's to free
     * @param count of leaves, a multiple of a node's children
     * @throws StorageFullException if there is no memory for the sums
     */
    public SumTree(long leavesAddress, int count) {
        this.leaves = leavesAddress;
        this.count = count;
        int height = 1;
        while (size(count, height - 1) > MAX_TOP) {
            height++;
        }
        this.levels = new long[height];
        this.sizes = new int[height];
        long length = 0;
        for (int level = 0; level < height; level++) {
            sizes[level] = size(count, level);
            levels[level] = length;
            length += roundUp(sizes[level]) * (long) Long.BYTES;
        }
        try {
            this.block = UnsafeApi.allocateMemory(length + LINE);
        } catch (OutOfMemoryError e) {
            throw new StorageFullException(
                    "no memory for the sums of priorities: leaves=" + count + ", bytes needed=" + length, e);
        }
        UnsafeApi.setMemory(block, length + LINE, (byte) 0);
        long base = (block + LINE - 1) & -LINE;
        for (int level = 0; level < height; level++) {
            levels[level] += base;
        }
    }

    private static int size(int count, int level) {
        int size = count;
        for (int i = 0; i <= level; i++) {
            size = (size + (1 << FAN_SHIFT) - 1) >>> FAN_SHIFT;
        }
        return size;
    }

    /** Whole nodes, so that a walk needs no check for the end of a level. */
    private static int roundUp(int size) {
        return (size + (1 << FAN_SHIFT) - 1) & -(1 << FAN_SHIFT);
    }

    /**
     * How many leaves there are.
     *
     * @return a multiple of a node's children
     */
    public int count() {
        return count;
    }

    /**
     * Levels of sums.
     *
     * @return at least 1
     */
    public int height() {
        return levels.length;
    }

    /**
     * Sums in a level.
     *
     * @param level 0 for the one above the leaves
     * @return at least 1
     */
    public int size(int level) {
        return sizes[level];
    }

    /** Where the sums of a level are. */
    long address(int level) {
        return levels[level];
    }

    /** Where the leaves are. */
    long leaves() {
        return leaves;
    }

    /**
     * A sum.
     *
     * @param level 0 for the one above the leaves
     * @param node its number in the level
     * @return at least what is below it
     */
    public long sum(int level, int node) {
        return UnsafeApi.getLongVolatile(null, levels[level] + (long) node * Long.BYTES);
    }

    /**
     * The word of a leaf.
     *
     * @param leaf its number
     * @return the word now
     */
    public long word(int leaf) {
        return UnsafeApi.getLongVolatile(null, leaves + (long) leaf * Long.BYTES);
    }

    /** Replaces the word of a leaf; the sums are the caller's duty. */
    boolean compareAndSet(int leaf, long expected, long word) {
        return UnsafeApi.compareAndSetLong(null, leaves + (long) leaf * Long.BYTES, expected, word);
    }

    /** Before a leaf gets so much more mass. */
    void add(int leaf, long mass) {
        for (int level = levels.length - 1; level >= 0; level--) {
            addTo(level, leaf >>> (FAN_SHIFT * (level + 1)), mass);
        }
    }

    /** After a leaf lost so much mass, or did not get it. */
    void subtract(int leaf, long mass) {
        for (int level = 0; level < levels.length; level++) {
            addTo(level, leaf >>> (FAN_SHIFT * (level + 1)), -mass);
        }
    }

    /** Changes one sum. */
    void addTo(int level, int node, long difference) {
        UnsafeApi.getAndAddLong(null, levels[level] + (long) node * Long.BYTES, difference);
    }

    /**
     * Sets the mass of a live leaf.
     *
     * @param leaf its number
     * @param generation that it must be of
     * @param mass 0 to 2^35
     * @return false if it is not live or of another generation; then nothing is changed
     */
    public boolean set(int leaf, long generation, long mass) {
        while (true) {
            long word = word(leaf);
            if (!Leaf.isLive(word, generation)) {
                return false;
            }
            long difference = mass - Leaf.mass(word);
            if (difference > 0) {
                add(leaf, difference);
            }
            if (difference == 0 || compareAndSet(leaf, word, Leaf.live(generation, mass))) {
                if (difference < 0) {
                    subtract(leaf, -difference);
                }
                return true;
            }
            if (difference > 0) {
                subtract(leaf, difference);
            }
        }
    }

    /**
     * Gives a leaf of an older generation, evicted before, to a new row.
     *
     * @param leaf its number
     * @param generation of the row
     * @param mass 0 to 2^35
     * @return false if the row was evicted already; then nothing is changed
     */
    public boolean insert(int leaf, long generation, long mass) {
        add(leaf, mass);
        while (true) {
            long word = word(leaf);
            if (!Leaf.isOlder(word, generation)) {
                subtract(leaf, mass);
                return false;
            }
            assert Leaf.mass(word) == 0 : leaf;
            if (compareAndSet(leaf, word, Leaf.live(generation, mass))) {
                return true;
            }
        }
    }

    /**
     * Makes the leaves of consecutive rows dead, inserted or not, one difference for each sum. Many threads may do so
     * for the same rows.
     *
     * @param from the first row
     * @param to one past the last
     * @return how many were live until this call
     */
    public int evict(long from, long to) {
        int evicted = 0;
        int leaf = (int) (from % count);
        long generation = Leaf.generation(from, count);
        int node = leaf >>> FAN_SHIFT;
        long mass = 0;
        for (long sequence = from; sequence < to; sequence++) {
            if (leaf >>> FAN_SHIFT != node) {
                subtractFrom(node, mass);
                node = leaf >>> FAN_SHIFT;
                mass = 0;
            }
            long word = kill(leaf, generation);
            if (Leaf.isLive(word, generation)) {
                evicted++;
                mass += Leaf.mass(word);
            }
            leaf++;
            if (leaf == count) {
                leaf = 0;
                generation = (generation + 1) & Leaf.GENERATION_MASK;
            }
        }
        subtractFrom(node, mass);
        return evicted;
    }

    /** Makes a leaf dead and returns what it was. */
    private long kill(int leaf, long generation) {
        while (true) {
            long word = word(leaf);
            boolean open = Leaf.isLive(word, generation) || Leaf.isOlder(word, generation);
            if (!open) {
                return word;
            }
            if (compareAndSet(leaf, word, Leaf.dead(generation))) {
                return word;
            }
        }
    }

    private void subtractFrom(int node, long mass) {
        if (mass > 0) {
            for (int level = 0; level < levels.length; level++) {
                addTo(level, node >>> (FAN_SHIFT * level), -mass);
            }
        }
    }

    /** Computes every sum from the leaves. For one thread while nobody else uses the tree. */
    public void rebuild() {
        for (int level = 0; level < levels.length; level++) {
            for (int node = 0; node < sizes[level]; node++) {
                long sum = 0;
                for (int child = node << FAN_SHIFT; child < (node + 1) << FAN_SHIFT; child++) {
                    sum += level == 0 ? massOrZero(child) : UnsafeApi.getLong(levels[level - 1] + (long) child * 8);
                }
                UnsafeApi.putLong(levels[level] + (long) node * Long.BYTES, sum);
            }
        }
        UnsafeApi.fullFence();
    }

    private long massOrZero(int leaf) {
        return leaf < count ? Leaf.mass(UnsafeApi.getLong(leaves + (long) leaf * Long.BYTES)) : 0;
    }

    /** Frees the sums. Nobody may use the tree any more. */
    public void free() {
        UnsafeApi.freeMemory(block);
    }
}
