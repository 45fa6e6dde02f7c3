package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Stamp;
import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A planted bug: {@link RecycledReadStress} with a reader that takes no second look at the stamp. */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "Overwritten, and seen to be.")
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Read whole before it was overwritten.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "TORN: read as the old row, with words of the new one.")
@State
public class PlantedSingleLookStress {
    private final long slot = Slots.next();

    /** Row 1 is there. */
    public PlantedSingleLookStress() {
        Rows.put(slot, Slots.LENGTH, 1);
    }

    /** Appends row 9, one lap later. */
    @Actor
    public void writer() {
        Rows.append(slot, Slots.LENGTH, 9);
    }

    /** Reads row 1, and does not look again. */
    @Actor
    public void reader(I_Result result) {
        long stamp = UnsafeApi.getLong(slot);
        UnsafeApi.loadFence();
        result.r1 = Stamp.isPublished(stamp, 1) ? Rows.foreignWords(slot, Slots.LENGTH, 1) : Rows.REFUSED;
    }
}
