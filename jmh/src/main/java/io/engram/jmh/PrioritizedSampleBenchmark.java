package io.engram.jmh;

import io.engram.replay.Batch;
import org.openjdk.jmh.annotations.Benchmark;

/** W1 d: 256 transitions drawn by priority, with importance weights. Microseconds a batch. */
public class PrioritizedSampleBenchmark extends SmallPrioritizedBenchmark {
    /** For JMH. */
    public PrioritizedSampleBenchmark() {}

    /**
     * W1 d.
     *
     * @return the batch
     */
    @Benchmark
    public Batch sample() {
        return draw();
    }
}
