package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.journal.RecordWord;
import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A planted bug: {@link RecordPublishCloseStress} with a close that looks and then stores, where one CAS is needed. */
@JCStressTest
@Outcome(id = "true, 24", expect = Expect.ACCEPTABLE, desc = "Recorded.")
@Outcome(id = "false, -\\d+", expect = Expect.ACCEPTABLE, desc = "Closed.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "LOST: closed though its writer takes it for recorded.")
@State
public class PlantedRecordPlainCloseStress {
    private static final int LENGTH = 24;

    private final long place = Slots.next();

    /** The record is being written. */
    public PlantedRecordPlainCloseStress() {
        RecordWord.mark(place, LENGTH);
    }

    /** Records. */
    @Actor
    public void writer(ZI_Result result) {
        result.r1 = RecordWord.publish(place, LENGTH);
    }

    /** Shuts the page. */
    @Actor
    public void keeper() {
        if (UnsafeApi.getIntVolatile(null, place) < 0) {
            UnsafeApi.putIntVolatile(null, place, RecordWord.CLOSED + LENGTH);
        }
    }

    /** What stands. */
    @Arbiter
    public void word(ZI_Result result) {
        result.r2 = UnsafeApi.getInt(place);
    }
}
