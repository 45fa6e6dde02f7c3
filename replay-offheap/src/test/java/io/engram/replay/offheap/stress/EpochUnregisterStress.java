package io.engram.replay.offheap.stress;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.epoch.Epochs;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A sampler is closed by another thread while its own begins an operation. Would catch a record that is forgotten while
 * its owner is inside: nothing protects what it reads.
 */
@JCStressTest
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "The operation hears that the sampler is closed.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "It hears so, and is waited for all the same.")
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "It is inside, and is waited for.")
@Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "CRASH: it is inside, and nobody knows.")
@State
public class EpochUnregisterStress {
    private final Epochs epochs = new Epochs();
    private final EpochRecord inside = epochs.register();

    @Nullable
    private Thread ownerThread;

    /** Enters. */
    @Actor
    public void owner(ZZ_Result result) {
        ownerThread = Thread.currentThread();
        try {
            inside.enter();
            result.r1 = true;
        } catch (MemoryClosedException e) {
            result.r1 = false;
        }
    }

    /** Gives the record back, advances, asks. */
    @Actor
    public void closer(ZZ_Result result) {
        epochs.unregister(inside);
        // Before the race jcstress tries the actors on threads that end, which epochs rightly pass over.
        result.r2 = epochs.isQuiescent(epochs.advance()) && (ownerThread == null || ownerThread.isAlive());
    }
}
