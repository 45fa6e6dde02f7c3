package io.engram.jmh;

import io.engram.replay.Batch;
import io.engram.replay.Sampler;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapMemoryBuilder;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.Storage;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * W3: uniform batches of 32 transitions between stacks of four frames, out of a full memory. Microseconds a batch. At a
 * million rows it takes 7 GB.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class FramesBenchmark extends EngramBenchmark {
    @Param({"TWICE", "ONCE"})
    String delivery;

    @Param("VOLATILE")
    Storage storage;

    @Param({"50000", "1000000"})
    long rows;

    private @Nullable BenchmarkDirectory directory;
    private OffHeapReplayMemory memory;
    private Sampler sampler;
    private Batch batch;

    /** For JMH. */
    public FramesBenchmark() {}

    /** Fills the memory. */
    @Setup
    public void open() {
        OffHeapMemoryBuilder builder =
                OffHeapReplayMemory.builder(Frames.schema(), rows).storage(storage);
        if (storage == Storage.PERSISTENT) {
            directory = BenchmarkDirectory.create();
            builder.directory(directory.path().resolve("memory"));
        }
        memory = builder.open();
        try (StreamWriter writer = memory.writer("actor")) {
            Frames.append(writer, rows);
        }
        System.out.printf(
                "# a row takes %d bytes with its link and its bit%n",
                memory.stats().storedBytes() / rows);
        sampler = memory.sampler(Frames.spec(Frames.Delivery.valueOf(delivery)));
        batch = sampler.newBatch();
    }

    /** Deletes the files. */
    @TearDown
    public void close() {
        sampler.close();
        memory.close();
        if (directory != null) {
            directory.close();
        }
    }

    /**
     * W3.
     *
     * @return the batch
     */
    @Benchmark
    public Batch sample() {
        return sampler.sample(batch);
    }
}
