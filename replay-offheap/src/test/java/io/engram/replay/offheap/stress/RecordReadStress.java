package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.journal.RecordWord;
import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A writer of a journal's record against a reader. Would catch a record that can be read before it is stored. */
@JCStressTest
@Outcome(id = "false, 0", expect = Expect.ACCEPTABLE, desc = "Not there yet.")
@Outcome(id = "true, 42", expect = Expect.ACCEPTABLE, desc = "There, whole.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "TORN: there, but not stored.")
@State
public class RecordReadStress {
    private final long place = Slots.next();

    /** Records. */
    @Actor
    public void writer() {
        RecordWord.mark(place, Slots.LENGTH);
        for (int offset = Long.BYTES; offset < Slots.LENGTH; offset += Long.BYTES) {
            UnsafeApi.putLong(place + offset, 42);
        }
        RecordWord.publish(place, Slots.LENGTH);
    }

    /** Looks. */
    @Actor
    public void reader(ZI_Result result) {
        result.r1 = UnsafeApi.getIntVolatile(null, place) > 0;
        result.r2 = result.r1 ? (int) UnsafeApi.getLong(place + Slots.LENGTH - Long.BYTES) : 0;
    }
}
