package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * An operation begins while the memory is closed. Would catch one that finds the memory open and is not waited for,
 * because it looks before it enters.
 */
@JCStressTest
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "The operation hears that the memory is closed.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "It hears so, and is waited for all the same.")
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "It goes on, and is waited for.")
@Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "CRASH: it goes on in memory that is unmapped.")
@State
public class EpochCloseStress {
    private final Epochs epochs = new Epochs();
    private final EpochRecord inside = epochs.register();

    @Nullable
    private Thread owner;

    private final Ring ring = new Ring(SegmentGeometry.ofRows(8, 1), 1, new NoMemory(), 0, 0);

    /** Enters, then looks. */
    @Actor
    public void operation(ZZ_Result result) {
        owner = Thread.currentThread();
        inside.enter();
        result.r1 = !ring.isClosed();
    }

    /** Closes, advances, asks. */
    @Actor
    public void close(ZZ_Result result) {
        ring.close();
        // Before the race jcstress tries the actors on threads that end, which epochs rightly pass over.
        result.r2 = epochs.isQuiescent(epochs.advance()) && (owner == null || owner.isAlive());
    }
}
