package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Slot;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A writer that was stopped after its mark, and closed, stores its row after all, while a sampler reads that row and
 * its neighbour. Would catch a closed slot that can be read, and a store beyond its row.
 */
@JCStressTest
@Outcome(id = "-1, 0", expect = Expect.ACCEPTABLE, desc = "The closed row is refused, its neighbour is whole.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "CORRUPT: a closed row is read, or its neighbour is damaged.")
@State
public class LateStoreStress {
    private static final int LENGTH = Slots.LENGTH / 2;

    private final long closed = Slots.next();
    private final long neighbour = closed + LENGTH;

    /** Row 1 was marked and closed, row 2 is there. */
    public LateStoreStress() {
        Slot.mark(closed, 1);
        Slot.close(closed, 1);
        Rows.put(neighbour, LENGTH, 2);
    }

    /** Stores row 1 late, fails to publish it and gives it up. */
    @Actor
    public void writer() {
        Rows.store(closed, LENGTH, 1);
        Slot.publish(closed, 1, 0);
        Slot.giveUp(closed, 1);
    }

    /** Reads both rows. */
    @Actor
    public void reader(II_Result result) {
        result.r1 = Rows.read(closed, LENGTH, 1);
        result.r2 = Rows.read(neighbour, LENGTH, 2);
    }
}
