package io.engram.replay.offheap.internal.priority;

import io.engram.replay.internal.priority.Mass;
import io.engram.replay.offheap.internal.ring.Ring;
import java.util.Arrays;

/**
 * Sets the priorities of many transitions: first all leaves are touched, so that their cache misses overlap; then what
 * is stale or said again later is left out; then one leaf after the other is set. For one thread, inside an epoch.
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
        for (int i = 0; i < count; i++) {
            double exact = index.exactMass(priorities[i]);
            masses[i] = Mass.of(exact);
            clamped += leaves[i] != SKIPPED && Mass.isClamped(exact) ? 1 : 0;
        }
        index.lowerLeast(least(count));
        double largest = 0;
        for (int i = 0; i < count; i++) {
            if (leaves[i] != SKIPPED) {
                index.note(leaves[i], generations[i], priorities[i]);
                if (tree.set(leaves[i], generations[i], masses[i])) {
                    applied++;
                    largest = Math.max(largest, priorities[i]);
                } else {
                    stale++;
                }
            }
        }
        if (applied > 0) {
            index.updated(applied, largest);
        }
    }

    /** Looks at every leaf; true if the leaves that are the ones meant come in ascending order. */
    private boolean find(long[] sequences, int count) {
        Ring ring = index.ring();
        long head = ring.head();
        long tail = ring.tail(head);
        int size = tree.count();
        // The window begins in this turn around the leaves and ends in this or the next: no division for each.
        long turn = tail / size * size;
        long generation = Leaf.generation(tail, size);
        long nextGeneration = (generation + 1) & Leaf.GENERATION_MASK;
        for (int i = 0; i < count; i++) {
            boolean inside = sequences[i] >= tail && sequences[i] < head;
            long place = sequences[i] - turn;
            boolean next = place >= size;
            leaves[i] = inside ? (int) (next ? place - size : place) : SKIPPED;
            generations[i] = next ? nextGeneration : generation;
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

    /** The least mass above 0. */
    private long least(int count) {
        long least = Mass.MAX;
        for (int i = 0; i < count; i++) {
            if (leaves[i] != SKIPPED && masses[i] > 0) {
                least = Math.min(least, masses[i]);
            }
        }
        return least;
    }

    private void grow(int count) {
        leaves = new int[count];
        generations = new long[count];
        words = new long[count];
        masses = new long[count];
        slots = new long[Integer.highestOneBit(count) << 2];
    }
}
