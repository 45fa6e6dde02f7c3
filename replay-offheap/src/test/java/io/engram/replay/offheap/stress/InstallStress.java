package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentTable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/**
 * Two writers made the same segment; the one that wins sees it leave the window at once. Would catch an entry that can
 * be taken twice for one ordinal: rows of one sequence in two places, and a segment that nobody ever takes back.
 */
@JCStressTest
@Outcome(id = "true, false, false", expect = Expect.ACCEPTABLE, desc = "The slow one's segment serves.")
@Outcome(id = "false, true, true", expect = Expect.ACCEPTABLE, desc = "The quick one's segment served and left.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "TWICE: both were put in, or neither.")
@State
public class InstallStress {
    private final SegmentTable table = new SegmentTable(16);
    private final Segment slow = NoMemory.segment(3);
    private final Segment quick = NoMemory.segment(3);

    /** Puts its segment in. */
    @Actor
    public void slow(ZZZ_Result result) {
        result.r1 = table.install(slow);
    }

    /** Puts its segment in, and takes it out again. */
    @Actor
    public void quick(ZZZ_Result result) {
        result.r2 = table.install(quick);
        result.r3 = table.remove(quick);
    }
}
