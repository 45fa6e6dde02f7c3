package io.engram.jmh;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.Storage;
import org.openjdk.jmh.annotations.Param;

/** Priorities with the rows of W1. */
public abstract class SmallPrioritizedBenchmark extends PrioritizedBenchmark {
    @Param({"SELF_CONTAINED", "ARRIVAL"})
    RowLayout layout;

    @Param({"PERSISTENT", "VOLATILE"})
    Storage storage;

    @Param({"100000", "1000000", "10000000"})
    long rows;

    /** For benchmarks. */
    protected SmallPrioritizedBenchmark() {}

    @Override
    final FilledMemory newMemory() {
        return new FilledMemory(layout, storage, rows, index());
    }
}
