package io.engram.jmh;

import io.engram.replay.Batch;
import io.engram.replay.NStep;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.offheap.Storage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** W1: uniform batches of 256 transitions over n steps. Microseconds a batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class NStepBenchmark extends EngramBenchmark {
    @Param({"SELF_CONTAINED", "ARRIVAL"})
    RowLayout layout;

    @Param("VOLATILE")
    Storage storage;

    @Param("1000000")
    long rows;

    @Param({"1", "3", "10"})
    int n;

    private FilledMemory memory;
    private Sampler sampler;
    private Batch batch;

    /** For JMH. */
    public NStepBenchmark() {}

    /** Fills the memory. */
    @Setup
    public void open() {
        memory = new FilledMemory(layout, storage, rows);
        sampler = memory.memory()
                .sampler(SamplerSpec.uniform("benchmark", Experience.BATCH)
                        .seed(4)
                        .nStep(NStep.of(n, 0.99))
                        .build());
        batch = sampler.newBatch();
    }

    /** Frees the memory. */
    @TearDown
    public void close() {
        sampler.close();
        memory.close();
    }

    /**
     * Transitions over n steps.
     *
     * @return the batch
     */
    @Benchmark
    public Batch sample() {
        return sampler.sample(batch);
    }
}
