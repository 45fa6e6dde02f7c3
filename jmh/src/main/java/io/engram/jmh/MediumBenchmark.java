package io.engram.jmh;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.Storage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** W2 b and c: rows of 3 KB (self-contained) or 1.6 KB (arrival), without priorities. */
@State(Scope.Thread)
public class MediumBenchmark extends EngramBenchmark {
    @Param({"SELF_CONTAINED", "ARRIVAL"})
    RowLayout layout;

    @Param("VOLATILE")
    Storage storage;

    /** 3.1 GB of self-contained rows, 1.6 GB of arrival rows; with the JVM's heap of 2 GB that fits in 8 GB. */
    @Param("1000000")
    long rows;

    private FilledMemory memory;
    private StreamWriter writer;
    private Columns columns;
    private Sampler sampler;
    private Batch batch;

    /** For JMH. */
    public MediumBenchmark() {}

    /** Fills the memory. */
    @Setup
    public void open() {
        memory = new FilledMemory(Workload.MEDIUM, layout, storage, rows);
        writer = memory.memory().writer("benchmark");
        columns = new Experience(Workload.MEDIUM, 3).columns(layout);
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
        writer.close();
        memory.close();
    }

    /**
     * W2 b.
     *
     * @return a sequence, so that nothing is left out
     */
    @Benchmark
    @OperationsPerInvocation(Experience.BATCH)
    public long append() {
        return writer.stepAll(columns, Experience.BATCH);
    }

    /**
     * W2 c.
     *
     * @return the batch
     */
    @Benchmark
    @BenchmarkMode(Mode.AverageTime)
    public Batch sample() {
        return sampler.sample(batch);
    }
}
