package io.engram.replay.offheap.stress;

import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A planted bug: the writer raises the flag before the payload is there. jcstress must report it; a run that does not
 * proves nothing about the other tests either.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not published yet.")
@Outcome(id = "0, 42", expect = Expect.ACCEPTABLE, desc = "Payload written between the two loads.")
@Outcome(id = "1, 42", expect = Expect.ACCEPTABLE, desc = "Published whole.")
@Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "TORN: flag seen, payload missing.")
@State
public class PlantedEarlyFlagStress {
    private static final int FLAG = 0;
    private static final int PAYLOAD = 8;
    private static final int LAST = Slots.LENGTH - Integer.BYTES;

    private final long slot = Slots.next();

    /** Flag first, then a payload long enough to be caught in the middle. */
    @Actor
    public void writer() {
        UnsafeApi.putIntRelease(null, slot + FLAG, 1);
        for (int offset = PAYLOAD; offset <= LAST; offset += Integer.BYTES) {
            UnsafeApi.putInt(slot + offset, 42);
        }
    }

    /** Flag first, then the last of the payload. */
    @Actor
    public void reader(II_Result result) {
        result.r1 = UnsafeApi.getIntAcquire(null, slot + FLAG);
        result.r2 = UnsafeApi.getInt(slot + LAST);
    }
}
