package io.engram.replay.onheap;

import io.engram.replay.PriorityIndex;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.priority.Leaves;
import io.engram.replay.internal.priority.Mass;
import io.engram.replay.internal.priority.MaximumPriority;
import io.engram.replay.internal.priority.RankMasses;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The priorities of one index: a binary tree of sums over the leaves. Call nothing without the ring's lock.
 *
 * <p>Node 1 is the root, the children of node n are 2n and 2n + 1, and the leaves follow the inner nodes.
 */
final class HeapPriorityIndex {
    private static final long NONE = -1;

    private final PriorityIndex settings;
    private final MaximumPriority maximum;
    private final int leaves;
    private final int firstLeaf;
    private final long[] sums;
    /** By leaf: the transition that it is for, by the row it starts from, or {@link #NONE}. */
    private final long[] starts;
    /** By leaf; for rank-based indexes. */
    private final float[] priorities;

    private final long rerankEvery;
    private RankMasses ranking;
    private long updatesSinceRanking;
    private long transitions;
    private long leastMass = Mass.MAX;
    private long updates;
    private long stale;
    private long clamped;

    HeapPriorityIndex(PriorityIndex settings, long capacity) {
        this.settings = settings;
        AtomicLongArray words = new AtomicLongArray(MaximumPriority.WORDS);
        this.maximum = new MaximumPriority(settings.initial(), new MaximumPriority.Words() {
            @Override
            public long get(int index) {
                return words.get(index);
            }

            @Override
            public boolean compareAndSet(int index, long expected, long value) {
                return words.compareAndSet(index, expected, value);
            }
        });
        this.leaves = Leaves.count(capacity);
        this.firstLeaf = Integer.highestOneBit(2 * leaves - 1);
        this.sums = new long[2 * firstLeaf];
        this.starts = new long[leaves];
        boolean ranked = settings.kind() == PriorityIndex.Kind.RANK;
        this.priorities = new float[ranked ? leaves : 0];
        this.rerankEvery = settings.rerankEvery() == 0 ? capacity : settings.rerankEvery();
        this.ranking = RankMasses.none(settings.alpha());
        Arrays.fill(starts, NONE);
    }

    PriorityIndex settings() {
        return settings;
    }

    /** Takes in a transition, with its writer's priority or {@link Lane#UNRATED}. */
    void insert(long start, double priority) {
        int leaf = leaf(start);
        starts[leaf] = start;
        transitions++;
        set(leaf, priority == Lane.UNRATED ? maximum.initial() : priority);
        if (priority != Lane.UNRATED) {
            maximum.update(priority, 1);
        }
    }

    /** Drops the transition that starts from a row, if there is one. */
    void evict(long start) {
        int leaf = leaf(start);
        if (starts[leaf] == start) {
            starts[leaf] = NONE;
            transitions--;
            setMass(leaf, 0);
        }
    }

    /** Sets the priorities of the transitions of these handles; the last one counts. */
    void update(long[] handles, double[] given) {
        double largest = 0;
        int applied = 0;
        for (int i = 0; i < handles.length; i++) {
            int leaf = leaf(handles[i]);
            // A negative handle must not be taken for the mark of an empty leaf.
            if (handles[i] < 0 || starts[leaf] != handles[i]) {
                stale++;
            } else if (!isRepeated(handles, i)) {
                set(leaf, given[i]);
                largest = Math.max(largest, given[i]);
                applied++;
            }
        }
        if (applied > 0) {
            updates += applied;
            maximum.update(largest, applied);
            updatesSinceRanking += applied;
            if (settings.kind() == PriorityIndex.Kind.RANK
                    && updatesSinceRanking >= Math.min(rerankEvery, transitions)) {
                rerank();
            }
        }
    }

    void countStale(int count) {
        stale += count;
    }

    long total() {
        return sums[1];
    }

    long transitions() {
        return transitions;
    }

    /** A bound on the least positive mass. */
    long leastMass() {
        return leastMass;
    }

    /** The leaf that a unit of mass belongs to, counted from the first leaf. */
    int find(long unit) {
        long rest = unit;
        int node = 1;
        while (node < firstLeaf) {
            node *= 2;
            if (rest >= sums[node]) {
                rest -= sums[node];
                node++;
            }
        }
        return node - firstLeaf;
    }

    long mass(int leaf) {
        return sums[firstLeaf + leaf];
    }

    /** The row that the leaf's transition or window is known by. */
    long start(int leaf) {
        return starts[leaf];
    }

    int leaves() {
        return leaves;
    }

    /** The mass of the leaves before that of a row, counted from the first leaf. */
    long massBefore(long start) {
        long mass = 0;
        for (int leaf = 0; leaf < leaf(start); leaf++) {
            mass += mass(leaf);
        }
        return mass;
    }

    /** The mass of the rows from one to another. */
    long massOf(long from, long to) {
        long mass = 0;
        for (long start = from; start < to; start++) {
            mass += mass(leaf(start));
        }
        return mass;
    }

    long updates() {
        return updates;
    }

    long stale() {
        return stale;
    }

    long clamped() {
        return clamped;
    }

    private int leaf(long start) {
        return Math.floorMod(start, leaves);
    }

    private static boolean isRepeated(long[] handles, int index) {
        for (int i = index + 1; i < handles.length; i++) {
            if (handles[i] == handles[index]) {
                return true;
            }
        }
        return false;
    }

    private void set(int leaf, double priority) {
        if (settings.kind() == PriorityIndex.Kind.RANK) {
            priorities[leaf] = RankMasses.comparable(priority);
            setMass(leaf, ranking.mass(priorities[leaf]));
        } else {
            double exact = Mass.exact(priority, settings.alpha());
            clamped += Mass.isClamped(exact) ? 1 : 0;
            setMass(leaf, Mass.of(exact));
        }
    }

    private void setMass(int leaf, long mass) {
        if (mass > 0) {
            leastMass = Math.min(leastMass, mass);
        }
        sums[firstLeaf + leaf] = mass;
        for (int node = (firstLeaf + leaf) / 2; node > 0; node /= 2) {
            sums[node] = sums[2 * node] + sums[2 * node + 1];
        }
    }

    private void rerank() {
        long[] keys = new long[leaves];
        int count = 0;
        for (int leaf = 0; leaf < leaves; leaf++) {
            if (starts[leaf] != NONE && priorities[leaf] > 0) {
                keys[count++] = RankMasses.key(priorities[leaf], leaf);
            }
        }
        ranking = RankMasses.of(settings.alpha(), keys, count);
        for (int i = 0; i < count; i++) {
            setMass(RankMasses.leaf(keys[i]), ranking.massOfRank(count - i));
        }
        updatesSinceRanking = 0;
    }
}
