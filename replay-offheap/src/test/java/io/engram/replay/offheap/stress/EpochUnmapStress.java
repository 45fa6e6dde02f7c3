package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentTable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A sampler enters and looks a segment up while the preparer takes it out and asks whether it may be unmapped. Would
 * catch an announcement that comes after the look-up: the JVM dies of a read of unmapped memory.
 */
@JCStressTest
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Unmapped; the sampler does not have it.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "Kept; the sampler does not have it.")
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "The sampler has it, and it is kept.")
@Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "CRASH: unmapped under the sampler.")
@State
public class EpochUnmapStress {
    private final Epochs epochs = new Epochs();
    private final EpochRecord inside = epochs.register();

    @Nullable
    private Thread owner;

    private final SegmentTable table = new SegmentTable(16);
    private final Segment segment = NoMemory.segment(0);

    /** The segment is there. */
    public EpochUnmapStress() {
        table.install(segment);
    }

    /** Enters and looks up. */
    @Actor
    public void sampler(ZZ_Result result) {
        owner = Thread.currentThread();
        inside.enter();
        result.r1 = table.get(0) != null;
    }

    /** Takes out, advances, asks. */
    @Actor
    public void preparer(ZZ_Result result) {
        table.remove(segment);
        // Before the race jcstress tries the actors on threads that end, which epochs rightly pass over.
        result.r2 = epochs.isQuiescent(epochs.advance()) && (owner == null || owner.isAlive());
    }
}
