package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Slot;
import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** A planted bug: {@link LapReadStress} with a segment that is recycled whether a row was abandoned or not. */
@JCStressTest
@Outcome(id = "9, 0", expect = Expect.ACCEPTABLE, desc = "Row 9 is whole.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "LATE STORES: row 9 is published with words of row 1.")
@State
public class PlantedEarlyRecyclingStress {
    private final long slot = Slots.next();

    /** Appends row 1. */
    @Actor
    public void lapped() {
        Rows.append(slot, Slots.LENGTH, 1);
    }

    /** Closes, recycles, and appends row 9. */
    @Actor
    public void lapping() {
        Slot.close(slot, 1);
        Rows.append(slot, Slots.LENGTH, 9);
    }

    /** What a sampler would find ever after. */
    @Arbiter
    public void row(II_Result result) {
        result.r1 = (int) (UnsafeApi.getLong(slot) >>> 8);
        result.r2 = Rows.read(slot, Slots.LENGTH, 9);
    }
}
