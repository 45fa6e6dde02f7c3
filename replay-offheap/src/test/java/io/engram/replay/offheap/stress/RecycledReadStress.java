package io.engram.replay.offheap.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A row is read while its memory, recycled, takes a later one. Would catch a mark that lets the payload come first (the
 * store-store fence missing), or a second look at the stamp that comes before the copy (the load fence missing).
 */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Overwritten, and seen to be.")
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Read whole before it was overwritten.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "TORN: read as the old row, with words of the new one.")
@State
public class RecycledReadStress {
    private final long slot = Slots.next();

    /** Row 1 is there. */
    public RecycledReadStress() {
        Rows.put(slot, Slots.LENGTH, 1);
    }

    /** Appends row 9, one lap later. */
    @Actor
    public void writer() {
        Rows.append(slot, Slots.LENGTH, 9);
    }

    /** Reads row 1. */
    @Actor
    public void reader(I_Result result) {
        result.r1 = Rows.read(slot, Slots.LENGTH, 1);
    }
}
