package io.engram.replay.offheap;

import io.engram.replay.PriorityIndex;
import io.engram.replay.Schema;
import io.engram.replay.offheap.internal.upkeep.Upkeep;
import java.util.List;
import org.agrona.concurrent.EpochClock;

/**
 * As what a memory is opened. Immutable.
 *
 * @param schema the fields
 * @param capacity rows to keep
 * @param incarnation the number of this opening
 * @param indexes that are wanted, where there is no store to have them
 * @param times of syncing and closing, and the clock that says when
 * @param automaticUpkeep whether background threads run; otherwise tests do their work
 * @param catalogueEntries how many episodes the catalogue's index is made for at first; 0 for no index
 */
record Opening(
        Schema schema,
        long capacity,
        long incarnation,
        List<PriorityIndex> indexes,
        Upkeep.Times times,
        boolean automaticUpkeep,
        long catalogueEntries) {
    Opening {
        indexes = List.copyOf(indexes);
    }

    /** The clock that says when. */
    EpochClock clock() {
        return times.clock();
    }
}
