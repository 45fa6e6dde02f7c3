package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.priority.TreeSlots;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A sum is never less than its leaf while the leaf is lowered. */
@JCStressTest
@Outcome(id = "9, 9", expect = Expect.ACCEPTABLE, desc = "Before.")
@Outcome(id = "9, 1", expect = Expect.ACCEPTABLE, desc = "The leaf is lowered first.")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "After.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "UNREACHABLE: the leaf is more than the sum.")
@State
public class TreeLowerLookStress {
    private final int leaf = TreeSlots.next();

    /** The leaf has mass 9. */
    public TreeLowerLookStress() {
        TreeSlots.TREE.insert(leaf, TreeSlots.generation(leaf), 9);
    }

    /** Lowers it. */
    @Actor
    public void updater() {
        TreeSlots.TREE.set(leaf, TreeSlots.generation(leaf), 1);
    }

    /** Looks at the sum, then at the leaf. */
    @Actor
    public void looker(JJ_Result result) {
        result.r1 = TreeSlots.sum(leaf);
        result.r2 = TreeSlots.mass(leaf);
    }
}
