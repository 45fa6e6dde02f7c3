package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.priority.TreeSlots;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZJJ_Result;

/** A leaf is updated while its row is evicted. Would catch mass that outlives its row, in the leaf or in the sum. */
@JCStressTest
@Outcome(id = "true, 0, 0", expect = Expect.ACCEPTABLE, desc = "Updated, then evicted.")
@Outcome(id = "false, 0, 0", expect = Expect.ACCEPTABLE, desc = "Evicted first: the update is stale.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "MASS WITHOUT A ROW.")
@State
public class TreeUpdateEvictStress {
    private final int leaf = TreeSlots.next();

    /** The leaf has mass 50. */
    public TreeUpdateEvictStress() {
        TreeSlots.TREE.insert(leaf, TreeSlots.generation(leaf), 50);
    }

    /** Raises it. */
    @Actor
    public void updater(ZJJ_Result result) {
        result.r1 = TreeSlots.TREE.set(leaf, TreeSlots.generation(leaf), 100);
    }

    /** Evicts the row. */
    @Actor
    public void evicter() {
        TreeSlots.TREE.evict(leaf, leaf + 1L);
    }

    /** Leaf and sum. */
    @Arbiter
    public void all(ZJJ_Result result) {
        result.r2 = TreeSlots.mass(leaf);
        result.r3 = TreeSlots.sum(leaf);
    }
}
