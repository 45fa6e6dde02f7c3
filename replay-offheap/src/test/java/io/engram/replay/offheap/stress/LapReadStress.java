package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Slot;
import io.engram.replay.offheap.internal.ring.Stamp;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * A slot's way through a lap: one writer appends row 1, its segment is closed and, only if nothing was abandoned,
 * recycled for row 9, while a sampler reads row 9. Would catch a segment that is recycled although a stopped writer may
 * still store into it: the late stores would be in row 9.
 */
@JCStressTest
@Outcome(id = "true, true, -1", expect = Expect.ACCEPTABLE, desc = "Recycled, not yet published.")
@Outcome(id = "true, true, 0", expect = Expect.ACCEPTABLE, desc = "Recycled, and read whole.")
@Outcome(id = "false, false, -1", expect = Expect.ACCEPTABLE, desc = "Closed first, so never recycled.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "LATE STORES: recycled under its writer.")
@State
public class LapReadStress {
    private final long slot = Slots.next();

    /** Appends row 1. */
    @Actor
    public void lapped(ZZI_Result result) {
        result.r1 = Rows.append(slot, Slots.LENGTH, 1);
    }

    /** Closes, recycles if nothing was abandoned, and appends row 9. */
    @Actor
    public void lapping(ZZI_Result result) {
        if (Stamp.state(Slot.close(slot, 1)) != Stamp.ABANDONED) {
            result.r2 = Rows.append(slot, Slots.LENGTH, 9);
        }
    }

    /** Reads row 9. */
    @Actor
    public void reader(ZZI_Result result) {
        result.r3 = Rows.read(slot, Slots.LENGTH, 9);
    }
}
