package io.engram.jmh;

import io.engram.replay.Batch;
import io.engram.replay.RowLayout;
import io.engram.replay.offheap.Storage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** W2 d and f: batches of 256 drawn by priority, and the learner's loop. Microseconds a batch. */
public class MediumPrioritizedBenchmark extends PrioritizedBenchmark {
    @Param({"SELF_CONTAINED", "ARRIVAL"})
    RowLayout layout;

    @Param("VOLATILE")
    Storage storage;

    /** As in {@link MediumBenchmark}. */
    @Param("1000000")
    long rows;

    /** For JMH. */
    public MediumPrioritizedBenchmark() {}

    @Override
    FilledMemory newMemory() {
        return new FilledMemory(Workload.MEDIUM, layout, storage, rows, index());
    }

    /**
     * W2 d.
     *
     * @return the batch
     */
    @Benchmark
    public Batch sample() {
        return draw();
    }

    /**
     * W2 f.
     *
     * @return the batch
     */
    @Benchmark
    public Batch loop() {
        Batch drawn = draw();
        update(drawn);
        return drawn;
    }
}
