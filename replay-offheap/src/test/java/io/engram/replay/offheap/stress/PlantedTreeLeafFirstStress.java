package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.priority.TreeSlots;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A planted bug: {@link TreeRaiseLookStress} with a thread that raises the leaf before the sum. */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "Before.")
@Outcome(id = "1, 9", expect = Expect.ACCEPTABLE, desc = "The sum is raised first.")
@Outcome(id = "9, 9", expect = Expect.ACCEPTABLE, desc = "After.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "UNREACHABLE: the leaf is more than the sum.")
@State
public class PlantedTreeLeafFirstStress {
    private final int leaf = TreeSlots.next();

    /** The leaf has mass 1. */
    public PlantedTreeLeafFirstStress() {
        TreeSlots.TREE.insert(leaf, TreeSlots.generation(leaf), 1);
    }

    /** Raises it, the wrong way. */
    @Actor
    public void updater() {
        TreeSlots.raiseLeafFirst(leaf, 9);
    }

    /** Looks at the leaf, then at the sum. */
    @Actor
    public void looker(JJ_Result result) {
        result.r1 = TreeSlots.mass(leaf);
        result.r2 = TreeSlots.sum(leaf);
    }
}
