package io.engram.replay.offheap.internal.priority;

import io.engram.replay.PriorityIndex;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.priority.Leaves;
import io.engram.replay.internal.priority.Mass;
import io.engram.replay.internal.priority.MaximumPriority;
import io.engram.replay.internal.priority.RankMasses;
import io.engram.replay.offheap.internal.ring.PaddedCounter;
import io.engram.replay.offheap.internal.ring.Ring;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The priorities of the transitions in a ring's window: each is keyed by the row it starts from, inserted when the row
 * it leads to is published, and evicted with the row it starts from. For callers inside an epoch.
 *
 * <p><b>Eviction</b> follows a cursor that anybody may advance: all leaves of a block are made dead before the cursor
 * passes it, so that who is stopped in the middle holds up nobody. A writer needs the cursor beyond the row whose leaf
 * it takes, which a whole ring of leaves ago was another's; a sampler takes it to the tail, so that with no operation
 * under way the total is that of the window exactly.
 *
 * <p>Lock-free.
 */
public final class RingIndex {
    private final PriorityIndex settings;
    private final Ring ring;
    private final IndexMemory memory;
    private final SumTree tree;
    private final MaximumPriority maximum;
    private final @Nullable Ranker ranker;
    private final int leaves;
    /** Every row below is evicted. */
    private final PaddedCounter cursor;
    /** A lower bound on the positive masses. */
    private final PaddedCounter least = new PaddedCounter(Mass.MAX);

    private final LongAdder transitions = new LongAdder();
    /** The mass of the last initial priority, which hardly ever changes. */
    private volatile Initial initial = new Initial(-1, 0, false, null);

    private record Initial(
            double priority,
            long mass,
            boolean clamped,
            @Nullable Object ranking) {}

    /**
     * An index whose leaves are as they should be for the window.
     *
     * @param settings of the index
     * @param ring with the rows
     * @param memory with the leaves
     * @param live how many leaves are live
     * @param leastMass a lower bound on the masses
     */
    RingIndex(PriorityIndex settings, Ring ring, IndexMemory memory, long live, long leastMass) {
        this.settings = settings;
        this.ring = ring;
        this.memory = memory;
        this.leaves = memory.leaves();
        this.tree = new SumTree(memory.leavesAddress(), leaves);
        this.maximum = new MaximumPriority(settings.initial(), memory);
        long every = settings.rerankEvery() == 0 ? ring.capacity() : settings.rerankEvery();
        this.ranker = settings.kind() == PriorityIndex.Kind.RANK
                ? new Ranker(tree, memory.ranksAddress(), settings.alpha(), every)
                : null;
        this.cursor = new PaddedCounter(ring.tail(ring.head()));
        this.transitions.add(live);
        lowerLeast(leastMass);
        tree.rebuild();
    }

    /**
     * What the index is.
     *
     * @return the settings
     */
    public PriorityIndex settings() {
        return settings;
    }

    /**
     * The masses.
     *
     * @return the tree
     */
    public SumTree tree() {
        return tree;
    }

    /**
     * How many transitions the index holds, those of mass 0 included.
     *
     * @return a count, exact with no operation under way
     */
    public long transitions() {
        return transitions.sum();
    }

    /**
     * A bound on the masses above 0 since the index was opened.
     *
     * @return 1 to 2^35
     */
    public long leastMass() {
        return least.getVolatile();
    }

    /**
     * Takes in a transition that can be read. Does nothing if its row has left the window already.
     *
     * @param start the row it starts from
     * @param rating its priority, or {@link Lane#UNRATED}
     * @return whether the priority was clamped
     */
    boolean insert(long start, double rating) {
        long tail = ring.tail(ring.head());
        if (start < tail) {
            return false;
        }
        long before = start - leaves;
        if (cursor.getVolatile() <= before) {
            evictTo(Math.min(tail, (before / Leaves.BLOCK + 1) * Leaves.BLOCK));
        }
        double priority = rating == Lane.UNRATED ? maximum.initial() : rating;
        long generation = Leaf.generation(start, leaves);
        int leaf = (int) (start % leaves);
        if (ranker != null) {
            ranker.note(leaf, generation, RankMasses.comparable(priority));
        }
        if (rating == Lane.UNRATED) {
            Initial entry = initial(priority);
            insert(leaf, generation, entry.mass);
            return entry.clamped;
        }
        double exact = exactMass(rating);
        insert(leaf, generation, Mass.of(exact));
        maximum.update(rating, 1);
        return Mass.isClamped(exact);
    }

    /** Counts first and takes that back: a transition that can be drawn is always counted. The same for the bound. */
    private void insert(int leaf, long generation, long mass) {
        transitions.increment();
        lowerLeast(mass);
        if (!tree.insert(leaf, generation, mass)) {
            transitions.decrement();
        }
    }

    private Initial initial(double priority) {
        Initial entry = initial;
        var ranking = ranker == null ? null : ranker.current();
        if (entry.priority != priority || entry.ranking != ranking) {
            double exact = exactMass(priority);
            entry = new Initial(priority, Mass.of(exact), Mass.isClamped(exact), ranking);
            initial = entry;
        }
        return entry;
    }

    /**
     * Evicts every row below, unless somebody else has.
     *
     * @param target at most the tail of the window
     */
    public void evictTo(long target) {
        for (long at = cursor.getVolatile(); at < target; at = cursor.getVolatile()) {
            long end = Math.min(target, (at / Leaves.BLOCK + 1) * Leaves.BLOCK);
            int evicted = tree.evict(at, end);
            if (evicted > 0) {
                transitions.add(-evicted);
            }
            cursor.compareAndSet(at, end);
        }
    }

    /**
     * Takes out a transition that cannot be read any more though its row is in the window: what a power loss may leave.
     *
     * @param start the row it starts from
     */
    public void remove(long start) {
        if (tree.evict(start, start + 1) > 0) {
            transitions.decrement();
        }
    }

    /** The mass of a priority now, before it is clamped. */
    double exactMass(double priority) {
        return ranker == null
                ? Mass.exact(priority, settings.alpha())
                : (double) ranker.current().mass(RankMasses.comparable(priority));
    }

    /** Before the mass of a leaf is set. */
    void note(int leaf, long generation, double priority) {
        if (ranker != null) {
            ranker.note(leaf, generation, RankMasses.comparable(priority));
        }
    }

    /** After masses were set: the largest priority among them. */
    void updated(int count, double largest) {
        maximum.update(largest, count);
        if (ranker != null) {
            long tail = ring.tail(ring.head());
            evictTo(tail);
            if (ranker.isDue(count, transitions.sum())) {
                lowerLeast(ranker.rerank(tail, ring.head()));
            }
        }
    }

    /**
     * Ranks now. A snapshot has no ranking, so who opens it ranks; that both go on alike, the memory ranks, too.
     */
    public void rankForSnapshot() {
        if (ranker != null && transitions.sum() > 0 && ranker.isDue(0, 0)) {
            long tail = ring.tail(ring.head());
            evictTo(tail);
            lowerLeast(ranker.rerank(tail, ring.head()));
        }
    }

    /**
     * Takes up a bound on the masses from an earlier life of the index.
     *
     * @param mass at least 1
     */
    public void resumeLeastMass(long mass) {
        lowerLeast(mass);
    }

    /** Ranks what was found, before anybody uses the index. */
    void rankAtOpen() {
        if (ranker != null && transitions.sum() > 0 && ranker.isDue(0, 0)) {
            lowerLeast(ranker.rerank(ring.tail(ring.head()), ring.head()));
        }
    }

    /** Frees the sums and the leaves' memory. Nobody may use the index any more. */
    public void free() {
        tree.free();
        memory.free();
    }

    /** Every row below is evicted. */
    long cursor() {
        return cursor.getVolatile();
    }

    /** Where the words are. */
    IndexMemory memory() {
        return memory;
    }

    /** The index's ring. */
    Ring ring() {
        return ring;
    }

    /** Before a leaf gets that mass. */
    void lowerLeast(long mass) {
        long now = least.getVolatile();
        while (mass > 0 && mass < now && !least.compareAndSet(now, mass)) {
            now = least.getVolatile();
        }
    }
}
