package io.engram.jmh;

import io.engram.replay.Batch;
import io.engram.replay.Field;
import io.engram.replay.Sampler;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/**
 * W1 e: the priorities of 256 transitions set from their TD errors. The batches were drawn by priority beforehand, so
 * many that no cache keeps the leaves of one round until the next; their other columns are left out. Microseconds a
 * batch.
 */
public class PriorityUpdateBenchmark extends SmallPrioritizedBenchmark {
    /** How many batches are drawn beforehand, a power of two. */
    static final int BATCHES = 1 << 12;

    private final Batch[] drawn = new Batch[BATCHES];
    private int at;

    /** For JMH. */
    public PriorityUpdateBenchmark() {}

    /** Draws the batches. */
    @Setup
    public void drawAll() {
        try (Sampler sampler = memory().memory()
                .sampler(sampler("beforehand").columns(Field.REWARD).build())) {
            for (int i = 0; i < BATCHES; i++) {
                drawn[i] = sampler.sample(sampler.newBatch());
            }
        }
    }

    /**
     * W1 e.
     *
     * @return the batch
     */
    @Benchmark
    public Batch update() {
        at = (at + 1) & (BATCHES - 1);
        update(drawn[at]);
        return drawn[at];
    }
}
