package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.priority.TreeSlots;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZJJ_Result;

/**
 * A row is inserted late, while another writer has gone round the ring, evicts it and inserts the row of the next
 * generation. Would catch a row that takes the place of a later one.
 */
@JCStressTest
@Outcome(id = "true, 7, 7", expect = Expect.ACCEPTABLE, desc = "Inserted, evicted, and the next one inserted.")
@Outcome(id = "false, 7, 7", expect = Expect.ACCEPTABLE, desc = "Evicted before it was inserted.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "OLDER OVER NEWER, or the sum is not the leaf.")
@State
public class TreeLateInsertStress {
    private final int leaf = TreeSlots.next();

    /** Inserts the row. */
    @Actor
    public void late(ZJJ_Result result) {
        result.r1 = TreeSlots.TREE.insert(leaf, TreeSlots.generation(leaf), 50);
    }

    /** Evicts it and inserts the next. */
    @Actor
    public void lapping() {
        TreeSlots.TREE.evict(leaf, leaf + 1L);
        TreeSlots.TREE.insert(leaf, TreeSlots.generation(leaf) + 1, 7);
    }

    /** Leaf and sum. */
    @Arbiter
    public void all(ZJJ_Result result) {
        result.r2 = TreeSlots.mass(leaf);
        result.r3 = TreeSlots.sum(leaf);
    }
}
