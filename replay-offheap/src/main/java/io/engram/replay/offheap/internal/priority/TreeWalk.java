package io.engram.replay.offheap.internal.priority;

import org.agrona.UnsafeApi;

/**
 * Finds the leaves that units of mass belong to, level by level for many at once, so that their cache misses overlap.
 * For one thread.
 *
 * <p>Units that come in ascending order, as stratified draws do, are found fastest: the top level is then gone through
 * once.
 */
public final class TreeWalk {
    /** Written out in the halving below, which changes with it. */
    private static final int FAN = 16;

    private static final int LINE = 64;
    private static final long SUM_MASK = -1;

    private final SumTree tree;
    private final long[] prefix;
    /** By place: the unit, counted from the start of the node that was reached. */
    private final long[] units;
    /** By place: the node that was reached, in the end the leaf; negative if the unit is in no child. */
    private final int[] nodes;
    /** By place: the leaf's word. */
    private final long[] words;

    /** Written and never read, so that the loads behind it are not left out. */
    @SuppressWarnings("unused")
    private long touched;

    /**
     * A walk.
     *
     * @param tree to draw from
     * @param size units at once
     */
    public TreeWalk(SumTree tree, int size) {
        this.tree = tree;
        this.prefix = new long[tree.size(tree.height() - 1)];
        this.units = new long[size];
        this.nodes = new int[size];
        this.words = new long[size];
    }

    /**
     * Adds up the top level, for the walks until the next call.
     *
     * @return the total mass
     */
    public long total() {
        long address = tree.address(tree.height() - 1);
        long sum = 0;
        for (int i = 0; i < prefix.length; i++) {
            sum += UnsafeApi.getLongOpaque(null, address + (long) i * Long.BYTES);
            prefix[i] = sum;
        }
        return sum;
    }

    /**
     * The mass of the leaves before one, going by the last {@link #total}.
     *
     * @param leaf its number
     * @return 0 for the first
     */
    public long massBefore(int leaf) {
        long sum = 0;
        for (int at = leaf & -FAN; at < leaf; at++) {
            sum += Leaf.mass(tree.word(at));
        }
        int node = leaf >>> SumTree.FAN_SHIFT;
        for (int level = 0; level < tree.height() - 1; level++) {
            for (int at = node & -FAN; at < node; at++) {
                sum += tree.sum(level, at);
            }
            node >>>= SumTree.FAN_SHIFT;
        }
        return node == 0 ? sum : sum + prefix[node - 1];
    }

    /**
     * Sets what is to be found.
     *
     * @param place 0 to size - 1
     * @param unit 0 to the total - 1
     */
    public void set(int place, long unit) {
        units[place] = unit;
    }

    /**
     * The leaf that was found.
     *
     * @param place 0 to size - 1
     * @return its number, or a negative number if the unit is not below its node any more
     */
    public int leaf(int place) {
        return nodes[place];
    }

    /**
     * The word of the leaf that was found.
     *
     * @param place 0 to size - 1
     * @return as it was then; its mass is above 0
     */
    public long word(int place) {
        return words[place];
    }

    /** Begins a place at a node of the leaves instead of at the top. */
    void setNode(int place, int node, long unit) {
        nodes[place] = node;
        units[place] = unit;
    }

    /**
     * Finds the leaves of the first places.
     *
     * @param count how many
     */
    public void find(int count) {
        findTop(count);
        for (int level = tree.height() - 2; level >= 0; level--) {
            long address = tree.address(level);
            touch(address, count);
            for (int place = 0; place < count; place++) {
                descend(address, place, SUM_MASK);
            }
        }
        touch(tree.leaves(), count);
        for (int place = 0; place < count; place++) {
            descend(tree.leaves(), place, Leaf.MASS_MASK);
        }
    }

    private void findTop(int count) {
        int at = 0;
        for (int place = 0; place < count; place++) {
            long unit = units[place];
            if (at > 0 && unit < prefix[at - 1]) {
                at = 0;
            }
            // Ascending units move on by little; others jump.
            for (int steps = 0; prefix[at] <= unit; steps++, at++) {
                if (steps == 8) {
                    at = search(unit, at);
                    break;
                }
            }
            nodes[place] = at;
            units[place] = at == 0 ? unit : unit - prefix[at - 1];
        }
    }

    /** The first sum above the unit, from an index on. */
    private int search(long unit, int from) {
        int low = from;
        int high = prefix.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (prefix[middle] > unit) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private void touch(long address, int count) {
        long sum = 0;
        for (int place = 0; place < count; place++) {
            long node = address + ((long) Math.max(0, nodes[place]) << (SumTree.FAN_SHIFT + 3));
            for (int line = 0; line < FAN * Long.BYTES; line += LINE) {
                sum += UnsafeApi.getLong(node + line);
            }
        }
        touched = sum;
    }

    /**
     * Halves a node's {@value #FAN} children until one is left, 64 bytes being 8 of them: without a branch to
     * mispredict, so that the walks of many units overlap. The sums may change meanwhile; then the unit ends in a child
     * that does not have it, which is found out last. {@code mask}: what of a child's word is its mass.
     */
    void descend(long address, int place, long mask) {
        int node = nodes[place];
        if (node < 0) {
            return;
        }
        long first = address + ((long) node << (SumTree.FAN_SHIFT + 3));
        long unit = units[place];
        long at = first;
        long sum = sum8(at, mask);
        long rest = unit - sum;
        long below = rest >> (Long.SIZE - 1);
        unit = rest + (sum & below);
        at += 64 & ~below;
        sum = sum4(at, mask);
        rest = unit - sum;
        below = rest >> (Long.SIZE - 1);
        unit = rest + (sum & below);
        at += 32 & ~below;
        sum = sum2(at, mask);
        rest = unit - sum;
        below = rest >> (Long.SIZE - 1);
        unit = rest + (sum & below);
        at += 16 & ~below;
        sum = UnsafeApi.getLong(at) & mask;
        rest = unit - sum;
        below = rest >> (Long.SIZE - 1);
        unit = rest + (sum & below);
        at += 8 & ~below;
        long word = UnsafeApi.getLong(at);
        units[place] = unit;
        words[place] = word;
        nodes[place] = unit < (word & mask) ? (node << SumTree.FAN_SHIFT) + (int) ((at - first) >> 3) : -1;
    }

    private static long sum2(long at, long mask) {
        return (UnsafeApi.getLong(at) & mask) + (UnsafeApi.getLong(at + 8) & mask);
    }

    private static long sum4(long at, long mask) {
        return sum2(at, mask) + sum2(at + 16, mask);
    }

    private static long sum8(long at, long mask) {
        return sum4(at, mask) + sum4(at + 32, mask);
    }

    /**
     * Goes on to the next leaf with mass, around the end. For when units fall again and again on mass that no leaf has.
     *
     * @param place 0 to size - 1
     * @param leaf where to begin
     * @return false if no leaf has mass
     */
    public boolean step(int place, int leaf) {
        int at = leaf;
        int left = tree.count();
        while (left > 0) {
            if ((at & (FAN - 1)) == 0 && tree.sum(0, at >>> SumTree.FAN_SHIFT) == 0) {
                at += FAN;
                left -= FAN;
            } else {
                long word = tree.word(at);
                if (Leaf.mass(word) > 0) {
                    nodes[place] = at;
                    words[place] = word;
                    return true;
                }
                at++;
                left--;
            }
            if (at >= tree.count()) {
                at = 0;
            }
        }
        return false;
    }
}
