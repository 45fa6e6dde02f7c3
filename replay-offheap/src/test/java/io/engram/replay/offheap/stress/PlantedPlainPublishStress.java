package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Slot;
import io.engram.replay.offheap.internal.ring.Stamp;
import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/** A planted bug: {@link PublishCloseStress} with a writer that looks and then stores, where one CAS is needed. */
@JCStressTest
@Outcome(id = "true, 2, 2", expect = Expect.ACCEPTABLE, desc = "Published; sealing counts it.")
@Outcome(id = "false, 3, 3", expect = Expect.ACCEPTABLE, desc = "Closed; its writer appends it again.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "LOST OR TWICE: the two do not agree on who won.")
@State
public class PlantedPlainPublishStress {
    private final long slot = Slots.next();

    /** Row 1 is marked. */
    public PlantedPlainPublishStress() {
        Slot.mark(slot, 1);
    }

    /** Publishes unless it sees that the slot was closed. */
    @Actor
    public void writer(ZII_Result result) {
        result.r1 = UnsafeApi.getLongVolatile(null, slot) == Stamp.of(1, Stamp.WRITING);
        if (result.r1) {
            UnsafeApi.putLongVolatile(null, slot, Stamp.published(1, 0));
        }
    }

    /** Closes. */
    @Actor
    public void sealer(ZII_Result result) {
        result.r2 = Stamp.state(Slot.close(slot, 1));
    }

    /** What stands. */
    @Arbiter
    public void state(ZII_Result result) {
        result.r3 = Stamp.state(UnsafeApi.getLong(slot));
    }
}
