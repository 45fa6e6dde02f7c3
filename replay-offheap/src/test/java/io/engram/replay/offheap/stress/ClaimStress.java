package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJZ_Result;

/**
 * Two writers claim at once and make the segments for it themselves. Would catch a sequence given out twice or left
 * out, and a claim before its segments are there.
 */
@JCStressTest
@Outcome(id = "0, 1, true", expect = Expect.ACCEPTABLE, desc = "One row, then three.")
@Outcome(id = "3, 0, true", expect = Expect.ACCEPTABLE, desc = "Three rows, then one.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "OVERLAP OR GAP: rows that two own, or nobody, or nowhere.")
@State
public class ClaimStress {
    private final Ring ring = new Ring(SegmentGeometry.ofRows(8, 2), 4, new NoMemory(), 0, 0);

    /** Claims a row. */
    @Actor
    public void one(JJZ_Result result) {
        result.r1 = ring.claim(1);
    }

    /** Claims a chunk over two segments. */
    @Actor
    public void three(JJZ_Result result) {
        result.r2 = ring.claim(3);
    }

    /** What was given out, and whether it is all there. */
    @Arbiter
    public void all(JJZ_Result result) {
        result.r3 = ring.head() == 4 && ring.limit() == 4 && ring.rowAddress(0) != 0 && ring.rowAddress(3) != 0;
    }
}
