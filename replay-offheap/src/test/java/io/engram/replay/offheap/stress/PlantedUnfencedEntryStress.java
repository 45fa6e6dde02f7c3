package io.engram.replay.offheap.stress;

import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A planted bug: what {@link EpochUnmapStress} races, written out, with an announcement that no fence follows. A
 * processor keeps the store back while it loads.
 */
@JCStressTest
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Unmapped; the sampler does not have it.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "Kept; the sampler does not have it.")
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The sampler has it, and it is kept.")
@Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "CRASH: unmapped under the sampler.")
@State
public class PlantedUnfencedEntryStress {
    private final long entered = Slots.next();
    private final long gone = Slots.next();

    /** Enters and looks up. */
    @Actor
    public void sampler(ZZ_Result result) {
        UnsafeApi.putLongOpaque(null, entered, 1);
        result.r1 = UnsafeApi.getLongOpaque(null, gone) == 0;
    }

    /** Takes out and asks. */
    @Actor
    public void preparer(ZZ_Result result) {
        UnsafeApi.putLongVolatile(null, gone, 1);
        result.r2 = UnsafeApi.getLongVolatile(null, entered) == 0;
    }
}
