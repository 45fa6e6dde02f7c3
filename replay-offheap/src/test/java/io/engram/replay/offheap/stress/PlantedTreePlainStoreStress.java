package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.priority.TreeSlots;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A planted bug: {@link TreeUpdateUpdateStress} with a thread that looks and then stores. */
@JCStressTest
@Outcome(id = "10, 10", expect = Expect.ACCEPTABLE, desc = "The first was last.")
@Outcome(id = "100, 100", expect = Expect.ACCEPTABLE, desc = "The second was last.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "NOT EXACT: the sum is not the leaf.")
@State
public class PlantedTreePlainStoreStress {
    private final int leaf = TreeSlots.next();

    /** The leaf has mass 50. */
    public PlantedTreePlainStoreStress() {
        TreeSlots.TREE.insert(leaf, TreeSlots.generation(leaf), 50);
    }

    /** Lowers it. */
    @Actor
    public void first() {
        TreeSlots.TREE.set(leaf, TreeSlots.generation(leaf), 10);
    }

    /** Raises it, the wrong way. */
    @Actor
    public void second() {
        TreeSlots.storePlain(leaf, 100);
    }

    /** Leaf and sum. */
    @Arbiter
    public void all(JJ_Result result) {
        result.r1 = TreeSlots.mass(leaf);
        result.r2 = TreeSlots.sum(leaf);
    }
}
