package io.engram.jmh;

import io.engram.replay.Batch;
import org.openjdk.jmh.annotations.Benchmark;

/** W1 f, the learner's loop: draw 256 transitions by priority, then set their priorities. Microseconds a batch. */
public class PrioritizedLoopBenchmark extends SmallPrioritizedBenchmark {
    /** For JMH. */
    public PrioritizedLoopBenchmark() {}

    /**
     * W1 f.
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
