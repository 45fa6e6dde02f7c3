package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.priority.TreeSlots;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A unit of mass is looked up while the leaf that has it loses its mass. Would catch a draw that finds another leaf.
 */
@JCStressTest
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "Found.")
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Its mass is gone: draw again.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "ANOTHER LEAF.")
@State
public class TreeSampleUpdateStress {
    private final int leaf = TreeSlots.next();

    /** Two leaves of mass 4. */
    public TreeSampleUpdateStress() {
        TreeSlots.TREE.insert(leaf, TreeSlots.generation(leaf), 4);
        TreeSlots.TREE.insert(leaf + 1, TreeSlots.generation(leaf + 1), 4);
    }

    /** Takes the mass of the second. */
    @Actor
    public void updater() {
        TreeSlots.TREE.set(leaf + 1, TreeSlots.generation(leaf + 1), 0);
    }

    /** Looks up unit 5. */
    @Actor
    public void sampler(I_Result result) {
        result.r1 = TreeSlots.find(leaf, 5);
    }
}
