package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.priority.TreeSlots;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIJ_Result;

/** Two threads evict the same row. Would catch its mass subtracted twice. */
@JCStressTest
@Outcome(id = "1, 0, 0", expect = Expect.ACCEPTABLE, desc = "The first did.")
@Outcome(id = "0, 1, 0", expect = Expect.ACCEPTABLE, desc = "The second did.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "TWICE OR NEVER.")
@State
public class TreeEvictEvictStress {
    private final int leaf = TreeSlots.next();

    /** The leaf has mass 50. */
    public TreeEvictEvictStress() {
        TreeSlots.TREE.insert(leaf, TreeSlots.generation(leaf), 50);
    }

    /** Evicts. */
    @Actor
    public void first(IIJ_Result result) {
        result.r1 = TreeSlots.TREE.evict(leaf, leaf + 1L);
    }

    /** Evicts. */
    @Actor
    public void second(IIJ_Result result) {
        result.r2 = TreeSlots.TREE.evict(leaf, leaf + 1L);
    }

    /** The sum. */
    @Arbiter
    public void all(IIJ_Result result) {
        result.r3 = TreeSlots.sum(leaf);
    }
}
