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
import org.openjdk.jcstress.infra.results.ZZJ_Result;

/**
 * Two writers a lap apart at one slot, without the closing that keeps them apart: even then the stamp's sequence never
 * falls. Would catch a mark or a publish that takes a later row's slot back.
 */
@JCStressTest
@Outcome(id = "true, true, 9", expect = Expect.ACCEPTABLE, desc = "One after the other.")
@Outcome(id = "false, true, 9", expect = Expect.ACCEPTABLE, desc = "The earlier one was lapped.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "BACK: the later row lost its slot to the earlier one.")
@State
public class LappedMarkStress {
    private final long slot = Slots.next();

    /** The writer of row 1, late. */
    @Actor
    public void lapped(ZZJ_Result result) {
        result.r1 = Slot.mark(slot, 1) && Slot.publish(slot, 1, 0);
    }

    /** The writer of row 9. */
    @Actor
    public void lapping(ZZJ_Result result) {
        result.r2 = Slot.mark(slot, 9) && Slot.publish(slot, 9, 0);
    }

    /** Whose slot it is. */
    @Arbiter
    public void owner(ZZJ_Result result) {
        result.r3 = Stamp.sequence(UnsafeApi.getLong(slot));
    }
}
