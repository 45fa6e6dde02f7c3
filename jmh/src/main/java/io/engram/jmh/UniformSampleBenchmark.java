package io.engram.jmh;

import io.engram.replay.Batch;
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

/** W1 c: uniform batches of 256 transitions out of a full memory. Microseconds a batch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class UniformSampleBenchmark extends EngramBenchmark {
    @Param({"SELF_CONTAINED", "ARRIVAL"})
    RowLayout layout;

    @Param({"PERSISTENT", "VOLATILE"})
    Storage storage;

    @Param({"100000", "1000000", "10000000"})
    long rows;

    private FilledMemory memory;
    private Sampler sampler;
    private Batch batch;

    /** Fills the memory. */
    @Setup
    public void open() {
        memory = new FilledMemory(layout, storage, rows);
        sampler = memory.memory()
                .sampler(SamplerSpec.uniform("benchmark", Experience.BATCH)
                        .seed(4)
                        .build());
        batch = sampler.newBatch();
    }

    /** Deletes the files. */
    @TearDown
    public void close() {
        sampler.close();
        memory.close();
    }

    /**
     * W1 c.
     *
     * @return the batch
     */
    @Benchmark
    public Batch sample() {
        return sampler.sample(batch);
    }
}
