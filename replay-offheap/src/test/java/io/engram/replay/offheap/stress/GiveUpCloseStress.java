package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Slot;
import io.engram.replay.offheap.internal.ring.Stamp;
import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A writer gives up a claimed slot while sealing closes it: in the end it is known that nobody will store into it.
 * Would catch a close that takes the word of the writer back, after which the segment could never be recycled.
 */
@JCStressTest
@Outcome(id = "3, 4", expect = Expect.ACCEPTABLE, desc = "Abandoned, then dead.")
@Outcome(id = "4, 4", expect = Expect.ACCEPTABLE, desc = "Dead before it was closed.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "FORGOTTEN: the writer gave up and the slot does not say so.")
@State
public class GiveUpCloseStress {
    private final long slot = Slots.next();

    /** Row 1 is marked. */
    public GiveUpCloseStress() {
        Slot.mark(slot, 1);
    }

    /** Gives up. */
    @Actor
    public void writer() {
        Slot.giveUp(slot, 1);
    }

    /** Closes. */
    @Actor
    public void sealer(II_Result result) {
        result.r1 = Stamp.state(Slot.close(slot, 1));
    }

    /** What stands. */
    @Arbiter
    public void state(II_Result result) {
        result.r2 = Stamp.state(UnsafeApi.getLong(slot));
    }
}
