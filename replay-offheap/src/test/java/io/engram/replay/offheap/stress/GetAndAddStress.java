package io.engram.replay.offheap.stress;

import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * The ground that claiming stands on: off-heap, three concurrent additions to one word get three different old values
 * and none is lost. Would catch an addition that is a load and a store.
 */
@JCStressTest
@Outcome(id = "3, 3", expect = Expect.ACCEPTABLE, desc = "Every addition counted, every old value different.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "LOST: an addition vanished or an old value came twice.")
@State
public class GetAndAddStress {
    private final long slot = Slots.next();
    private long first;
    private long second;
    private long third;

    /** Adds one. */
    @Actor
    public void first() {
        first = UnsafeApi.getAndAddLong(null, slot, 1);
    }

    /** Adds one. */
    @Actor
    public void second() {
        second = UnsafeApi.getAndAddLong(null, slot, 1);
    }

    /** Adds one. */
    @Actor
    public void third() {
        third = UnsafeApi.getAndAddLong(null, slot, 1);
    }

    /** The sum of the additions, and that of the old values: 0 + 1 + 2. */
    @Arbiter
    public void sums(JJ_Result result) {
        result.r1 = UnsafeApi.getLong(slot);
        result.r2 = first + second + third;
    }
}
