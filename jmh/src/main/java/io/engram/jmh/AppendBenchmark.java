package io.engram.jmh;

import io.engram.replay.Columns;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.Storage;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** W1 a and b: transitions appended to a full memory, one at a time and 256 at a time. Million transitions a second. */
@State(Scope.Thread)
public class AppendBenchmark extends EngramBenchmark {
    @Param({"SELF_CONTAINED", "ARRIVAL"})
    RowLayout layout;

    @Param({"PERSISTENT", "VOLATILE"})
    Storage storage;

    @Param("1000000")
    long rows;

    private FilledMemory memory;
    private StreamWriter writer;
    private Experience experience;
    private Columns columns;

    /** What priorities the memory has. */
    PriorityIndex[] indexes() {
        return new PriorityIndex[0];
    }

    /** Fills the memory. */
    @Setup
    public void open() {
        memory = new FilledMemory(layout, storage, rows, indexes());
        writer = memory.memory().writer("benchmark");
        experience = new Experience(2);
        columns = new Experience(3).columns(layout);
    }

    /** Deletes the files. */
    @TearDown
    public void close() {
        writer.close();
        memory.close();
    }

    /**
     * W1 a.
     *
     * @return a sequence, so that nothing is left out
     */
    @Benchmark
    @OperationsPerInvocation(Experience.BATCH)
    public long one() {
        long sequence = 0;
        for (int i = 0; i < Experience.BATCH; i++) {
            sequence = experience.append(writer);
        }
        return sequence;
    }

    /**
     * W1 b.
     *
     * @return a sequence, so that nothing is left out
     */
    @Benchmark
    @OperationsPerInvocation(Experience.BATCH)
    public long batch() {
        return writer.stepAll(columns, Experience.BATCH);
    }
}
