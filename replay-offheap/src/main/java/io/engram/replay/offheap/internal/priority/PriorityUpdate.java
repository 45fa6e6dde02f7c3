package io.engram.replay.offheap.internal.priority;

import io.engram.replay.internal.priority.Mass;
import io.engram.replay.offheap.internal.ring.Ring;
import java.util.Arrays;

/**
 * Sets the priorities of many transitions at once: first all leaves are touched, so that their cache misses overlap;
 * then the differences of all leaves are put together, sum by sum. For one thread, inside an epoch.
 *
 * <p>Leaves that come in ascending order, as stratified draws do, share most of their sums' updates.
 */
public final class PriorityUpdate {
    private static final int SKIPPED = -1;

    private final RingIndex index;
    private final SumTree tree;
    private int[] leaves = new int[0];
    private long[] generations = new long[0];
    private long[] words = new long[0];
    private long[] masses = new long[0];
    private long[] slots = new long[0];

    private int stale;
    private int applied;
    private int clamped;

    /**
     * An updater.
     *
     * @param index to update
     */
    public PriorityUpdate(RingIndex index) {
        this.index = index;
        this.tree = index.tree();
    }

    /**
     * How many transitions of the last call were not the ones meant.
     *
     * @return a count
     */
    public int stale() {
        return stale;
    }

    /**
     * How many transitions of the last call have their new priority.
     *
     * @return a count
     */
    public int applied() {
        return applied;
    }

    /**
     * How many priorities of the last call were clamped.
     *
     * @return a count
     */
    public int clamped() {
        return clamped;
    }

    /**
     * Sets priorities; of those for the same transition the last one.
     *
     * @param sequences the rows that the transitions start from
     * @param priorities finite, at least 0
     * @param count how many
     */
    public void apply(long[] sequences, double[] priorities, int count) {
        if (leaves.length < count) {
            grow(count);
        }
        stale = 0;
        applied = 0;
        clamped = 0;
        boolean ascending = find(sequences, count);
        if (ascending) {
            skipRepeatedNeighbours(count);
        } else {
            skipRepeated(sequences, count);
        }
        double largest = 0;
        long least = Mass.MAX;
        for (int i = 0; i < count; i++) {
            if (leaves[i] != SKIPPED) {
                double exact = index.exactMass(priorities[i]);
                clamped += Mass.isClamped(exact) ? 1 : 0;
                masses[i] = Mass.of(exact);
                index.note(leaves[i], generations[i], priorities[i]);
            }
        }
        addIncreases(count);
        for (int i = 0; i < count; i++) {
            if (leaves[i] != SKIPPED && set(i)) {
                applied++;
                largest = Math.max(largest, priorities[i]);
                least = masses[i] == 0 ? least : Math.min(least, masses[i]);
            }
        }
        subtractDecreases(count);
        if (applied > 0) {
            index.updated(applied, largest, least);
        }
    }

    /** Looks at every leaf; true if the leaves that are the ones meant come in ascending order. */
    private boolean find(long[] sequences, int count) {
        Ring ring = index.ring();
        long head = ring.head();
        long tail = ring.tail(head);
        int size = tree.count();
        for (int i = 0; i < count; i++) {
            long sequence = sequences[i];
            boolean inside = sequence >= tail && sequence < head;
            leaves[i] = inside ? (int) (sequence % size) : SKIPPED;
            generations[i] = inside ? Leaf.generation(sequence, size) : 0;
            words[i] = inside ? tree.word(leaves[i]) : 0;
        }
        int last = SKIPPED;
        boolean ascending = true;
        for (int i = 0; i < count; i++) {
            if (leaves[i] == SKIPPED || !Leaf.isLive(words[i], generations[i])) {
                leaves[i] = SKIPPED;
                stale++;
            } else {
                ascending &= leaves[i] >= last;
                last = leaves[i];
            }
        }
        return ascending;
    }

    private void skipRepeatedNeighbours(int count) {
        int next = SKIPPED;
        for (int i = count - 1; i >= 0; i--) {
            if (leaves[i] != SKIPPED) {
                if (leaves[i] == next) {
                    leaves[i] = SKIPPED;
                } else {
                    next = leaves[i];
                }
            }
        }
    }

    /** With a table of sequences, from the last on; an entry is one more than the sequence. */
    private void skipRepeated(long[] sequences, int count) {
        int mask = slots.length - 1;
        Arrays.fill(slots, 0);
        for (int i = count - 1; i >= 0; i--) {
            if (leaves[i] != SKIPPED) {
                long key = sequences[i] + 1;
                int at = (int) ((key * 0x9e3779b97f4a7c15L) >>> 32) & mask;
                while (slots[at] != 0 && slots[at] != key) {
                    at = (at + 1) & mask;
                }
                if (slots[at] == key) {
                    leaves[i] = SKIPPED;
                }
                slots[at] = key;
            }
        }
    }

    /** From the top down, before any leaf is larger. */
    private void addIncreases(int count) {
        for (int level = tree.height() - 1; level >= 0; level--) {
            int shift = SumTree.FAN_SHIFT * (level + 1);
            int node = SKIPPED;
            long sum = 0;
            for (int i = 0; i < count; i++) {
                long difference = masses[i] - Leaf.mass(words[i]);
                if (leaves[i] != SKIPPED && difference > 0) {
                    if (leaves[i] >>> shift != node) {
                        addTo(level, node, sum);
                        node = leaves[i] >>> shift;
                        sum = 0;
                    }
                    sum += difference;
                }
            }
            addTo(level, node, sum);
        }
    }

    /** Sets one leaf, whose increase has been added; a decrease is left to be subtracted. */
    private boolean set(int i) {
        long difference = masses[i] - Leaf.mass(words[i]);
        if (difference == 0 || tree.compareAndSet(leaves[i], words[i], Leaf.live(generations[i], masses[i]))) {
            return true;
        }
        // Somebody else changed it meanwhile: this one by itself.
        if (difference > 0) {
            tree.subtract(leaves[i], difference);
        }
        boolean set = tree.set(leaves[i], generations[i], masses[i]);
        stale += set ? 0 : 1;
        leaves[i] = SKIPPED;
        return set;
    }

    /** From the bottom up, after the leaves are smaller. */
    private void subtractDecreases(int count) {
        for (int level = 0; level < tree.height(); level++) {
            int shift = SumTree.FAN_SHIFT * (level + 1);
            int node = SKIPPED;
            long sum = 0;
            for (int i = 0; i < count; i++) {
                long difference = masses[i] - Leaf.mass(words[i]);
                if (leaves[i] != SKIPPED && difference < 0) {
                    if (leaves[i] >>> shift != node) {
                        addTo(level, node, sum);
                        node = leaves[i] >>> shift;
                        sum = 0;
                    }
                    sum += difference;
                }
            }
            addTo(level, node, sum);
        }
    }

    private void addTo(int level, int node, long sum) {
        if (sum != 0) {
            tree.addTo(level, node, sum);
        }
    }

    private void grow(int count) {
        leaves = new int[count];
        generations = new long[count];
        words = new long[count];
        masses = new long[count];
        slots = new long[Integer.highestOneBit(count) << 2];
    }
}
