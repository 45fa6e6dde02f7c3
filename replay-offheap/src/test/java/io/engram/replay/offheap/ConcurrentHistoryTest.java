package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.MemoryStats;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many writers, vector writers and samplers at once, in windows and segments so small that everybody laps everybody.
 * Every transition that a sampler delivers must be one that was told, whole, and of the window.
 */
class ConcurrentHistoryTest {
    private static final int LANES = 3;

    @TempDir
    Path directory;

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** What one run is made of. */
    private record Plan(Storage storage, RowLayout layout, long capacity, int segmentRows, long seed) {}

    static Stream<Arguments> plans() {
        return LongStream.rangeClosed(1, 8).mapToObj(seed -> Arguments.of(plan(seed)));
    }

    private static Plan plan(long seed) {
        SplitMix64 random = new SplitMix64(seed);
        return new Plan(
                seed % 2 == 0 ? Storage.PERSISTENT : Storage.VOLATILE,
                RowLayout.values()[(int) (seed / 2 % 2)],
                LANES + random.nextInt(200),
                1 << random.nextInt(5),
                seed);
    }

    @ParameterizedTest
    @MethodSource("plans")
    void everySampledTransitionWasTold(Plan plan) throws InterruptedException {
        run(plan, plan.storage() == Storage.PERSISTENT ? 2_000 : 5_000 * Math.min(plan.segmentRows(), 8));
    }

    @Test
    @Tag("soak")
    void everySampledTransitionWasToldForMinutes() throws InterruptedException {
        for (long seed = 100; seed < 140; seed++) {
            Plan plan = plan(seed);
            run(plan, plan.storage() == Storage.PERSISTENT ? 20_000 : 100_000 * Math.min(plan.segmentRows(), 8));
        }
    }

    private void run(Plan plan, int atMost) throws InterruptedException {
        // Whole episodes, so that every one is longer than a window.
        int states = atMost / (LANES * Story.EPISODE) * (LANES * Story.EPISODE);
        OffHeapMemoryBuilder builder = OffHeapReplayMemory.builder(Story.schema(plan.layout()), plan.capacity())
                .segmentRows(plan.segmentRows())
                .priorities(PriorityIndex.proportional("windows")
                        .windows(StoryWindows.WINDOWS)
                        .build())
                .storage(plan.storage());
        if (plan.storage() == Storage.PERSISTENT) {
            builder.directory(directory.resolve("memory-" + plan.seed()));
        }
        AtomicInteger writing = new AtomicInteger();
        try (OffHeapReplayMemory memory = builder.open()) {
            List<Runnable> writers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int stream = i;
                writers.add(() -> single(memory, stream, states));
            }
            writers.add(() -> chunks(memory, 2, states, new SplitMix64(plan.seed())));
            writers.add(() -> vector(memory, 3, states / LANES));
            writing.set(writers.size());
            List<Thread> threads = new ArrayList<>();
            for (Runnable writer : writers) {
                threads.add(start(() -> {
                    try {
                        writer.run();
                    } finally {
                        writing.decrementAndGet();
                    }
                }));
            }
            for (int i = 0; i < 2; i++) {
                SamplerSpec spec = SamplerSpec.uniform("sampler-" + i, 1 + 31 * i)
                        .seed(plan.seed() + i)
                        .build();
                threads.add(start(() -> sample(memory, spec, plan.capacity(), writing, Story::check)));
            }
            SamplerSpec windows = StoryWindows.spec(SamplerSpec.uniform("windows", 7))
                    .seed(plan.seed())
                    .build();
            threads.add(start(() -> sample(memory, windows, plan.capacity(), writing, StoryWindows::check)));
            SamplerSpec byPriority = StoryWindows.spec(SamplerSpec.prioritized("by-priority", 7))
                    .index("windows")
                    .seed(plan.seed())
                    .build();
            threads.add(start(() -> sample(memory, byPriority, plan.capacity(), writing, StoryWindows::check)));
            for (Thread thread : threads) {
                thread.join();
            }
            for (Throwable failure : failures) {
                throw new AssertionError(plan.toString(), failure);
            }
            MemoryStats stats = memory.stats();
            assertThat(stats.failedAppends()).isZero();
            assertThat(stats.appendedTransitions()).as(plan.toString()).isEqualTo(transitions(states));
        }
    }

    private Thread start(Runnable work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Throwable t) {
                failures.add(t);
            }
        });
        thread.start();
        return thread;
    }

    /** How many transitions the writers append together. */
    private static long transitions(int states) {
        long inLanes = LANES
                * LongStream.range(0, states / LANES)
                        .filter(n -> !Story.begins(n))
                        .count();
        return 3 * LongStream.range(0, states).filter(n -> !Story.begins(n)).count() + inLanes;
    }

    private void single(OffHeapReplayMemory memory, int stream, int states) {
        try (StreamWriter writer = memory.writer("single-" + stream)) {
            Story.tell(writer, stream, 0, states);
        }
    }

    /** Appends several steps at a time, over the ends of episodes. */
    private void chunks(OffHeapReplayMemory memory, int stream, int states, SplitMix64 random) {
        try (StreamWriter writer = memory.writer("chunks")) {
            Columns columns = Columns.allocate(memory.schema(), 8);
            long n = 0;
            while (n < states) {
                // A chunk with its first rows must fit into the capacity.
                int most = (int) Math.min(8, memory.capacity() / 2);
                int count = 0;
                int wanted = 1 + random.nextInt(most);
                while (count < wanted && n < states) {
                    if (!Story.begins(n)) {
                        Story.put(columns, count++, stream, n);
                    }
                    n++;
                }
                if (count > 0) {
                    writer.stepAll(columns, count);
                }
            }
        }
    }

    /** Lanes in step, each episode begun by the caller. */
    private void vector(OffHeapReplayMemory memory, int firstStream, int states) {
        List<String> names =
                IntStream.range(0, LANES).mapToObj(lane -> "lane-" + lane).toList();
        try (VectorWriter writer = memory.vectorWriter(names)) {
            Columns columns = writer.newColumns();
            for (long n = 0; n < states; n++) {
                for (int lane = 0; lane < LANES; lane++) {
                    // begin takes the state of the row, step the one that it leads to.
                    Story.put(columns, lane, firstStream + lane, Story.begins(n) ? n + 1 : n);
                }
                if (Story.begins(n)) {
                    writer.begin(columns);
                } else {
                    writer.step(columns);
                }
            }
        }
    }

    private void sample(
            OffHeapReplayMemory memory, SamplerSpec spec, long capacity, AtomicInteger writing, Consumer<Batch> check) {
        try (Sampler sampler = memory.sampler(spec)) {
            var batch = sampler.newBatch();
            while (writing.get() > 0) {
                long tail = memory.stats().appendedRows() - capacity;
                if (sampler.trySample(batch)) {
                    check.accept(batch);
                    long oldest = LongStream.range(0, batch.size())
                            .map(row -> batch.sequence((int) row))
                            .min()
                            .orElseThrow();
                    if (oldest < tail) {
                        throw new AssertionError("stale: sequence=" + oldest + ", tail=" + tail);
                    }
                }
            }
        }
    }
}
