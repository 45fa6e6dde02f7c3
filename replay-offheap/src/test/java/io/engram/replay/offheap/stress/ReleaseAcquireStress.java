package io.engram.replay.offheap.stress;

import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The ground that publication stands on: off-heap, a payload stored before a release of the flag is seen by whoever
 * acquires the flag. Would catch a release or an acquire on raw addresses that is only a plain access.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "Not published yet.")
@Outcome(id = "0, 42", expect = Expect.ACCEPTABLE, desc = "Payload written between the two loads.")
@Outcome(id = "1, 42", expect = Expect.ACCEPTABLE, desc = "Published whole.")
@Outcome(id = "1, 0", expect = Expect.FORBIDDEN, desc = "TORN: flag seen, payload missing.")
@State
public class ReleaseAcquireStress {
    private static final int FLAG = 0;
    private static final int PAYLOAD = 8;
    private static final int LAST = Slots.LENGTH - Integer.BYTES;

    private final long slot = Slots.next();

    /** Payload first, then the flag. */
    @Actor
    public void writer() {
        for (int offset = PAYLOAD; offset <= LAST; offset += Integer.BYTES) {
            UnsafeApi.putInt(slot + offset, 42);
        }
        UnsafeApi.putIntRelease(null, slot + FLAG, 1);
    }

    /** Flag first, then the last of the payload. */
    @Actor
    public void reader(II_Result result) {
        result.r1 = UnsafeApi.getIntAcquire(null, slot + FLAG);
        result.r2 = UnsafeApi.getInt(slot + LAST);
    }
}
