package io.engram.replay.offheap.stress;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * A row is marked, stored and published while a reader looks for it. Would catch a publish that lets the payload come
 * later, or a reader that copies before it looks.
 */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Not there yet.")
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Read whole.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "TORN: read as the row, with words that are not its own.")
@State
public class AppendReadStress {
    private final long slot = Slots.next();

    /** Appends row 1. */
    @Actor
    public void writer() {
        Rows.append(slot, Slots.LENGTH, 1);
    }

    /** Reads row 1. */
    @Actor
    public void reader(I_Result result) {
        result.r1 = Rows.read(slot, Slots.LENGTH, 1);
    }
}
