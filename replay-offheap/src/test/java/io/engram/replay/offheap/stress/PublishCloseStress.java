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
 * A writer publishes a marked row while sealing closes its slot: exactly one of them wins, and both know who. Would
 * catch a publish that overwrites what sealing wrote: a row that gained a place in a sealed segment after its digest.
 */
@JCStressTest
@Outcome(id = "true, 2, 2", expect = Expect.ACCEPTABLE, desc = "Published; sealing counts it.")
@Outcome(id = "false, 3, 3", expect = Expect.ACCEPTABLE, desc = "Closed; its writer appends it again.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "LOST OR TWICE: the two do not agree on who won.")
@State
public class PublishCloseStress {
    private final long slot = Slots.next();

    /** Row 1 is marked. */
    public PublishCloseStress() {
        Slot.mark(slot, 1);
    }

    /** Publishes. */
    @Actor
    public void writer(ZII_Result result) {
        result.r1 = Slot.publish(slot, 1, 0);
    }

    /** Closes. */
    @Actor
    public void sealer(ZII_Result result) {
        result.r2 = Stamp.state(Slot.close(slot, 1));
    }

    /** What stands. */
    @Arbiter
    public void state(ZII_Result result) {
        result.r3 = Stamp.state(UnsafeApi.getLong(slot));
    }
}
