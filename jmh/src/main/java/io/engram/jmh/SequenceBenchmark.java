package io.engram.jmh;

import io.engram.replay.Batch;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Windows;
import io.engram.replay.offheap.Storage;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * W1 in windows of {@value #LENGTH} steps every {@value #STRIDE}, as in R2D2, {@value #BATCH} at a time: as many steps
 * as five batches of 256 transitions. Microseconds for 256 steps.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class SequenceBenchmark extends EngramBenchmark {
    private static final int BATCH = 16;
    private static final int LENGTH = 80;
    private static final int STRIDE = 40;
    private static final int PARTS = BATCH * LENGTH / Experience.BATCH;
    private static final Windows WINDOWS = Windows.of(LENGTH).withStride(STRIDE);

    @Param({"SELF_CONTAINED", "ARRIVAL"})
    RowLayout layout;

    @Param("VOLATILE")
    Storage storage;

    @Param("1000000")
    long rows;

    private FilledMemory memory;
    private Sampler uniform;
    private Sampler prioritized;
    private Batch uniformBatch;
    private Batch prioritizedBatch;
    private final float[] errors = new float[BATCH * LENGTH];

    /** For JMH. */
    public SequenceBenchmark() {}

    /** Fills the memory. */
    @Setup
    public void open() {
        memory = new FilledMemory(
                layout,
                storage,
                rows,
                PriorityIndex.proportional("windows").windows(WINDOWS).build());
        uniform = memory.memory()
                .sampler(SamplerSpec.uniform("uniform", BATCH)
                        .seed(4)
                        .windows(WINDOWS)
                        .build());
        prioritized = memory.memory()
                .sampler(SamplerSpec.prioritized("prioritized", BATCH)
                        .index("windows")
                        .seed(4)
                        .windows(WINDOWS)
                        .build());
        uniformBatch = uniform.newBatch();
        prioritizedBatch = prioritized.newBatch();
        Arrays.fill(errors, 0.5f);
    }

    /** Frees the memory. */
    @TearDown
    public void close() {
        uniform.close();
        prioritized.close();
        memory.close();
    }

    /**
     * Windows, each as likely as another.
     *
     * @return the batch
     */
    @Benchmark
    @OperationsPerInvocation(PARTS)
    public Batch sample() {
        return uniform.sample(uniformBatch);
    }

    /**
     * Windows by their priorities, which are then set.
     *
     * @return the batch
     */
    @Benchmark
    @OperationsPerInvocation(PARTS)
    public Batch loop() {
        prioritized.sample(prioritizedBatch);
        prioritized.updateTdErrors(prioritizedBatch, errors);
        return prioritizedBatch;
    }
}
