package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.priority.Leaf;
import io.engram.replay.offheap.internal.priority.TreeSlots;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IJ_Result;

/**
 * A unit of mass is looked up while the row that has it is evicted and its leaf given to another. Would catch a draw of
 * the old mass for the new row.
 */
@JCStressTest
@Outcome(id = "1, 4", expect = Expect.ACCEPTABLE, desc = "Found.")
@Outcome(id = "1, 7", expect = Expect.ACCEPTABLE, desc = "The new row, with its own mass.")
@Outcome(id = "-1, 0", expect = Expect.ACCEPTABLE, desc = "Its mass is gone: draw again.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "MASS OF ANOTHER ROW.")
@State
public class TreeSampleEvictStress {
    private final int leaf = TreeSlots.next();

    /** Two leaves of mass 4. */
    public TreeSampleEvictStress() {
        TreeSlots.TREE.insert(leaf, TreeSlots.generation(leaf), 4);
        TreeSlots.TREE.insert(leaf + 1, TreeSlots.generation(leaf + 1), 4);
    }

    /** Evicts the second and inserts the next. */
    @Actor
    public void writer() {
        TreeSlots.TREE.evict(leaf + 1L, leaf + 2L);
        TreeSlots.TREE.insert(leaf + 1, TreeSlots.generation(leaf + 1) + 1, 7);
    }

    /** Looks up unit 5, and the word that was found. */
    @Actor
    public void sampler(IJ_Result result) {
        result.r1 = TreeSlots.find(leaf, 5);
        if (result.r1 == 1) {
            long word = TreeSlots.foundWord();
            result.r2 = Leaf.mass(word);
            if (Leaf.isLive(word, TreeSlots.generation(leaf + 1)) != (result.r2 == 4)) {
                result.r1 = -2;
            }
        }
    }
}
