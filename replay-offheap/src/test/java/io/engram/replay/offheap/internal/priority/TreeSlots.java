package io.engram.replay.offheap.internal.priority;

import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.UnsafeApi;

/**
 * Nodes of one large tree for jcstress states. jcstress makes states by the million and frees none, so nodes are given
 * out round robin, empty: jcstress keeps far fewer states alive at a time than there are. A state looks at its leaves
 * and their sum; the sums above are shared.
 */
public final class TreeSlots {
    private static final int COUNT = 1 << 17;
    private static final int LEAVES = COUNT << SumTree.FAN_SHIFT;
    private static final long BLOCK = block();
    /** The tree. */
    public static final SumTree TREE = new SumTree(BLOCK, LEAVES);

    private static final ThreadLocal<TreeWalk> WALK = ThreadLocal.withInitial(() -> new TreeWalk(TREE, 1));
    private static final AtomicInteger NEXT = new AtomicInteger();

    private TreeSlots() {}

    /** The first leaf of an empty node. The row of the same number is of its generation 1. */
    public static int next() {
        int node = NEXT.getAndIncrement() & (COUNT - 1);
        int leaf = node << SumTree.FAN_SHIFT;
        for (int i = 0; i < 2; i++) {
            UnsafeApi.putLong(BLOCK + (leaf + i) * 8L, Leaf.FRESH);
        }
        TREE.addTo(0, node, -TREE.sum(0, node));
        return leaf;
    }

    /** The generation of the row of a leaf's number. */
    public static long generation(int leaf) {
        return Leaf.generation(leaf, LEAVES);
    }

    /** The row that has the same leaf one generation later. */
    public static long later(int leaf) {
        return leaf + (long) LEAVES;
    }

    /** The sum of a leaf's node. */
    public static long sum(int leaf) {
        return TREE.sum(0, leaf >>> SumTree.FAN_SHIFT);
    }

    /** The mass of a leaf. */
    public static long mass(int leaf) {
        return Leaf.mass(TREE.word(leaf));
    }

    /** A planted bug: makes a leaf larger first and its sums after. */
    public static void raiseLeafFirst(int leaf, long mass) {
        long word = TREE.word(leaf);
        TREE.compareAndSet(leaf, word, Leaf.live(Leaf.generation(word), mass));
        TREE.add(leaf, mass - Leaf.mass(word));
    }

    /** A planted bug: sets a leaf by a look and a store, and adds the difference that it saw. */
    public static void storePlain(int leaf, long mass) {
        long word = TREE.word(leaf);
        UnsafeApi.putLongVolatile(null, BLOCK + leaf * 8L, Leaf.live(Leaf.generation(word), mass));
        TREE.add(leaf, mass - Leaf.mass(word));
    }

    /** Looks a unit of a node's mass up, as draws do: which of its leaves, or -1 for in none. */
    public static int find(int first, long unit) {
        TreeWalk walk = WALK.get();
        walk.setNode(0, first >>> SumTree.FAN_SHIFT, unit);
        walk.descend(BLOCK, 0, Leaf.MASS_MASK);
        return walk.leaf(0) < 0 ? -1 : walk.leaf(0) - first;
    }

    /** The word of the leaf that this thread has found last. */
    public static long foundWord() {
        return WALK.get().word(0);
    }

    private static long block() {
        long length = LEAVES * 8L;
        long block = UnsafeApi.allocateMemory(length + 64);
        UnsafeApi.setMemory(block, length + 64, (byte) 0);
        return (block + 63) & -64;
    }
}
