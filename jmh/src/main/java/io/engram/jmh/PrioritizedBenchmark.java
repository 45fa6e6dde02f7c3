package io.engram.jmh;

import io.engram.replay.Batch;
import io.engram.replay.BetaSchedule;
import io.engram.replay.PriorityIndex;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A full memory with one proportional index, alpha 0.6, in which every transition has a priority of its own; a
 * sampler with stratified draws, beta 0.4 and weights divided by the batch's largest.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public abstract class PrioritizedBenchmark extends EngramBenchmark {
    private FilledMemory memory;
    private Sampler sampler;
    private Batch batch;
    private TdErrors errors;

    /** For benchmarks. */
    protected PrioritizedBenchmark() {}

    /** A new memory, full of rows. */
    abstract FilledMemory newMemory();

    /** Fills the memory and rates what is in it. */
    @Setup
    public void open() {
        memory = newMemory();
        sampler = memory.memory().sampler(sampler("benchmark").build());
        batch = sampler.newBatch();
        errors = new TdErrors(8);
        memory.rate(sampler, errors);
    }

    /** Deletes the files. */
    @TearDown
    public void close() {
        sampler.close();
        memory.close();
    }

    /** The priorities of all benchmarks. */
    static PriorityIndex index() {
        return PriorityIndex.proportional(PriorityIndex.DEFAULT_NAME).alpha(0.6).build();
    }

    /** How all benchmarks draw by priority. */
    static SamplerSpec.Builder sampler(String name) {
        return SamplerSpec.prioritized(name, Experience.BATCH)
                .beta(BetaSchedule.constant(0.4))
                .seed(4);
    }

    final FilledMemory memory() {
        return memory;
    }

    /** Fills the batch. */
    final Batch draw() {
        return sampler.sample(batch);
    }

    /** Sets the priorities of a batch from the next errors. */
    final void update(Batch drawn) {
        sampler.updateTdErrors(drawn, errors.next());
    }
}
