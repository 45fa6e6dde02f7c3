package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.journal.RecordWord;
import org.agrona.UnsafeApi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZII_Result;

/**
 * A writer of a journal's record against whoever shuts its page. Would catch a record that is lost though its writer
 * takes it for recorded, and one that is recorded twice because its writer takes it for lost.
 */
@JCStressTest
@Outcome(id = "true, 24, 24", expect = Expect.ACCEPTABLE, desc = "Recorded, and whoever shuts the page sees it.")
@Outcome(id = "false, -2147483640, -2147483640", expect = Expect.ACCEPTABLE, desc = "Closed before it was marked.")
@Outcome(id = "false, -2147483624, -2147483624", expect = Expect.ACCEPTABLE, desc = "Closed while it was written.")
@Outcome(id = ".*", expect = Expect.FORBIDDEN, desc = "LOST OR TWICE: the two do not agree on who won.")
@State
public class RecordPublishCloseStress {
    private static final int LENGTH = 24;

    private final long place = Slots.next();

    /** Records. */
    @Actor
    public void writer(ZII_Result result) {
        result.r1 = RecordWord.mark(place, LENGTH) && RecordWord.publish(place, LENGTH);
    }

    /** Shuts the page. */
    @Actor
    public void keeper(ZII_Result result) {
        result.r2 = RecordWord.close(place);
    }

    /** What stands. */
    @Arbiter
    public void word(ZII_Result result) {
        result.r3 = UnsafeApi.getInt(place);
    }
}
