package io.engram.replay.offheap.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A row is erased and its bytes are made zeros while a reader copies it. Would catch zeros that are stored before the
 * stamp changes, or a reader that does not look again.
 */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Erased.")
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Read whole, before.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "TORN: read as the row, with zeros.")
@State
public class EraseReadStress {
    private final long slot = Slots.next();

    /** Row 1 is there. */
    public EraseReadStress() {
        Rows.put(slot, Slots.LENGTH, 1);
    }

    /** Erases row 1. */
    @Actor
    public void eraser() {
        Rows.erase(slot, Slots.LENGTH, 1);
    }

    /** Reads row 1. */
    @Actor
    public void reader(I_Result result) {
        result.r1 = Rows.read(slot, Slots.LENGTH, 1);
    }
}
