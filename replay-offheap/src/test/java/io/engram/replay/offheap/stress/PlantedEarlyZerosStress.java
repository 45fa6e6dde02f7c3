package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Slot;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A planted bug: {@link EraseReadStress} with an eraser that makes zeros first. */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Erased.")
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Read whole, before.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "TORN: read as the row, with zeros.")
@State
public class PlantedEarlyZerosStress {
    private final long slot = Slots.next();

    /** Row 1 is there. */
    public PlantedEarlyZerosStress() {
        Rows.put(slot, Slots.LENGTH, 1);
    }

    /** Erases row 1. */
    @Actor
    public void eraser() {
        Rows.zero(slot, Slots.LENGTH);
        Slot.erase(slot, 1);
    }

    /** Reads row 1. */
    @Actor
    public void reader(I_Result result) {
        result.r1 = Rows.read(slot, Slots.LENGTH, 1);
    }
}
