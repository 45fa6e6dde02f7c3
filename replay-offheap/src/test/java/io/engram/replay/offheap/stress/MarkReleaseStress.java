package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Slot;
import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * A slot ahead of the head, which holds the row of a lap ago, is taken, made zeros and given back while a writer that
 * has claimed its row marks it and publishes. Would catch zeros in a published row.
 */
@JCStressTest
@Outcome(id = "true, 0", expect = Expect.ACCEPTABLE, desc = "The writer had it, before or after.")
@Outcome(id = "false, -1", expect = Expect.ACCEPTABLE, desc = "The writer met the eraser and claims another.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "TORN: published, with zeros; or published by nobody.")
@State
public class MarkReleaseStress {
    private final long slot = Slots.next();

    /** The row of a lap ago is there. */
    public MarkReleaseStress() {
        Rows.put(slot, Slots.LENGTH, 1);
    }

    /** Appends row 9. */
    @Actor
    public void writer(ZI_Result result) {
        result.r1 = Slot.mark(slot, 9);
        if (result.r1) {
            Rows.store(slot, Slots.LENGTH, 9);
            result.r1 = Slot.publish(slot, 9, 0);
        }
    }

    /** Makes what is there zeros. */
    @Actor
    public void eraser() {
        if (Slot.mark(slot, 9)) {
            Rows.zero(slot, Slots.LENGTH);
            Slot.release(slot, 9);
        }
    }

    /** What can be read. */
    @Arbiter
    public void state(ZI_Result result) {
        UnsafeApi.fullFence();
        result.r2 = Rows.read(slot, Slots.LENGTH, 9);
    }
}
