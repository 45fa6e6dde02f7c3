package io.engram.jmh;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.Storage;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * W4: writers and samplers at once on one full memory of W1 rows, and each alone, so that {@link Report} can say what
 * share of its rate alone each keeps. An operation is a batch drawn, or 256 transitions appended.
 */
@State(Scope.Group)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ConcurrentBenchmark extends EngramBenchmark {
    /** What samplers do, again and again. */
    @Param({"UNIFORM", "LOOP"})
    Sampling sampling;

    @Param({"SELF_CONTAINED", "ARRIVAL"})
    RowLayout layout;

    @Param({"PERSISTENT", "VOLATILE"})
    Storage storage;

    @Param("1000000")
    long rows;

    /** Transitions that a writer appends with one call: 1 or 256. */
    @Param("1")
    int append;

    private FilledMemory memory;
    private final AtomicInteger names = new AtomicInteger();

    /** What samplers do. */
    public enum Sampling {
        /** They draw uniformly; the memory has no priorities. */
        UNIFORM,
        /** The learner's loop: they draw by priority and set the priorities of what they drew. */
        LOOP
    }

    /** For JMH. */
    public ConcurrentBenchmark() {}

    /** Fills the memory. */
    @Setup
    public void open() {
        if (sampling == Sampling.UNIFORM) {
            memory = new FilledMemory(layout, storage, rows);
        } else {
            memory = new FilledMemory(layout, storage, rows, PrioritizedBenchmark.index());
            try (Sampler sampler = memory.memory().sampler(spec("beforehand").build())) {
                memory.rate(sampler, new TdErrors(8));
            }
        }
    }

    /** Deletes the files. Closes what writers and samplers have not closed themselves. */
    @TearDown
    public void close() {
        memory.close();
    }

    private SamplerSpec.Builder spec(String name) {
        return sampling == Sampling.UNIFORM
                ? SamplerSpec.uniform(name, Experience.BATCH)
                : PrioritizedBenchmark.sampler(name);
    }

    /** A thread's processor time and what it did meanwhile, warming up and cooling down of an iteration included. */
    private static final class Work {
        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
        private long before;
        private long operations;

        void start() {
            operations = 0;
            before = THREADS.getCurrentThreadCpuTime();
        }

        long nanos() {
            return THREADS.getCurrentThreadCpuTime() - before;
        }
    }

    /** One writer. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class WriterPart {
        /** Processor time in an iteration. */
        public long writerCpu;
        /** Transitions appended meanwhile. */
        public long writerOperations;

        private final Work work = new Work();
        private StreamWriter writer;
        private Experience experience;
        private Columns columns;

        /** For JMH. */
        public WriterPart() {}

        /**
         * Opens a stream.
         *
         * @param group the memory
         */
        @Setup
        public void open(ConcurrentBenchmark group) {
            int number = group.names.incrementAndGet();
            writer = group.memory.memory().writer("writer" + number);
            experience = new Experience(number);
            columns = new Experience(number).columns(group.layout);
        }

        /** Begins to count. */
        @Setup(Level.Iteration)
        public void start() {
            work.start();
        }

        /** Ends counting. */
        @TearDown(Level.Iteration)
        public void stop() {
            writerCpu = work.nanos();
            writerOperations = work.operations;
        }
    }

    /** One sampler. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class SamplerPart {
        /** Processor time in an iteration. */
        public long samplerCpu;
        /** Batches drawn meanwhile. */
        public long samplerOperations;

        private final Work work = new Work();
        private Sampler sampler;
        private Batch batch;
        private TdErrors errors;

        /** For JMH. */
        public SamplerPart() {}

        /**
         * Opens a sampler.
         *
         * @param group the memory
         */
        @Setup
        public void open(ConcurrentBenchmark group) {
            int number = group.names.incrementAndGet();
            sampler = group.memory
                    .memory()
                    .sampler(group.spec("sampler" + number).seed(number).build());
            batch = sampler.newBatch();
            errors = new TdErrors(number);
        }

        /** Begins to count. */
        @Setup(Level.Iteration)
        public void start() {
            work.start();
        }

        /** Ends counting. */
        @TearDown(Level.Iteration)
        public void stop() {
            samplerCpu = work.nanos();
            samplerOperations = work.operations;
        }
    }

    /**
     * A writer alone.
     *
     * @param part the writer
     * @return a sequence, so that nothing is left out
     */
    @Benchmark
    @Group("aloneWriter")
    public long aloneWrite(WriterPart part) {
        return write(part);
    }

    /**
     * A sampler alone.
     *
     * @param part the sampler
     * @return the batch
     */
    @Benchmark
    @Group("aloneSampler")
    public Batch aloneSample(SamplerPart part) {
        return sample(part);
    }

    /**
     * A writer beside a sampler.
     *
     * @param part the writer
     * @return a sequence, so that nothing is left out
     */
    @Benchmark
    @Group("oneAndOne")
    public long oneAndOneWrite(WriterPart part) {
        return write(part);
    }

    /**
     * A sampler beside a writer.
     *
     * @param part the sampler
     * @return the batch
     */
    @Benchmark
    @Group("oneAndOne")
    public Batch oneAndOneSample(SamplerPart part) {
        return sample(part);
    }

    /**
     * Two writers beside two samplers.
     *
     * @param part a writer
     * @return a sequence, so that nothing is left out
     */
    @Benchmark
    @Group("twoAndTwo")
    @GroupThreads(2)
    public long twoAndTwoWrite(WriterPart part) {
        return write(part);
    }

    /**
     * Two samplers beside two writers.
     *
     * @param part a sampler
     * @return the batch
     */
    @Benchmark
    @Group("twoAndTwo")
    @GroupThreads(2)
    public Batch twoAndTwoSample(SamplerPart part) {
        return sample(part);
    }

    private long write(WriterPart part) {
        part.work.operations += Experience.BATCH;
        if (append == Experience.BATCH) {
            return part.writer.stepAll(part.columns, Experience.BATCH);
        }
        long sequence = 0;
        for (int i = 0; i < Experience.BATCH; i++) {
            sequence = part.experience.append(part.writer);
        }
        return sequence;
    }

    private Batch sample(SamplerPart part) {
        part.work.operations++;
        Batch drawn = part.sampler.sample(part.batch);
        if (sampling == Sampling.LOOP) {
            part.sampler.updateTdErrors(drawn, part.errors.next());
        }
        return drawn;
    }
}
