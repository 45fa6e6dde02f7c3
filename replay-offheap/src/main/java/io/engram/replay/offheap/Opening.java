package io.engram.replay.offheap;

import io.engram.replay.PriorityIndex;
import io.engram.replay.Schema;
import java.time.Duration;
import java.util.List;
import org.agrona.concurrent.EpochClock;

/**
 * As what a memory is opened. Immutable.
 *
 * @param schema the fields
 * @param capacity rows to keep
 * @param incarnation the number of this opening
 * @param indexes that are wanted, where there is no store to have them
 * @param closeTimeout how long to wait for threads inside an operation
 * @param automaticUpkeep whether background threads run; otherwise tests do their work
 * @param clock that says when
 */
record Opening(
        Schema schema,
        long capacity,
        long incarnation,
        List<PriorityIndex> indexes,
        Duration closeTimeout,
        boolean automaticUpkeep,
        EpochClock clock) {
    Opening {
        indexes = List.copyOf(indexes);
    }
}
