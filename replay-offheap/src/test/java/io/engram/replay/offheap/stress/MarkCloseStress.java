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
import org.openjdk.jcstress.infra.results.ZII_Result;

/**
 * A writer marks, stores and publishes while sealing closes the slot, which still holds the row of a lap ago. Would
 * catch a mark of a closed slot, and a close that takes the older row for one of this segment.
 */
@JCStressTest
@Outcome(id = "true, 2, 2", expect = Expect.ACCEPTABLE, desc = "Published before it was closed.")
@Outcome(id = "false, 3, 3", expect = Expect.ACCEPTABLE, desc = "Closed before or after the mark.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "LOST OR TWICE: the two do not agree on who won.")
@State
public class MarkCloseStress {
    private final long slot = Slots.next();

    /** The row of a lap ago is there. */
    public MarkCloseStress() {
        Rows.put(slot, Slots.LENGTH, 1);
    }

    /** Appends row 9. */
    @Actor
    public void writer(ZII_Result result) {
        result.r1 = Slot.mark(slot, 9) && Slot.publish(slot, 9, 0);
    }

    /** Closes the slot of row 9. */
    @Actor
    public void sealer(ZII_Result result) {
        result.r2 = Stamp.state(Slot.close(slot, 9));
    }

    /** What stands. */
    @Arbiter
    public void state(ZII_Result result) {
        result.r3 = Stamp.state(UnsafeApi.getLong(slot));
    }
}
