package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Prioritization;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Writers, samplers and updaters at once, round and round the ring: every transition drawn is whole and has a
 * probability, and when all have ended every transition of the window can be drawn and every sum is exact.
 */
class ConcurrentPriorityTest {
    private static final int WRITERS = 2;
    private static final int STATES = 12_000;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "ARRIVAL, VOLATILE, 1000, 64",
        "ARRIVAL, PERSISTENT, 300, 16",
        "SELF_CONTAINED, VOLATILE, 3000, 64",
        "SELF_CONTAINED, PERSISTENT, 40, 8",
        "ARRIVAL, VOLATILE, 7, 2"
    })
    void everythingIsExactWhenAllHaveEnded(RowLayout layout, Storage storage, long capacity, int segmentRows)
            throws Exception {
        OffHeapMemoryBuilder builder = OffHeapReplayMemory.builder(Story.schema(layout), capacity)
                .storage(storage)
                .segmentRows(segmentRows)
                .priorities(
                        PriorityIndex.proportional("default").build(),
                        PriorityIndex.rankBased("ranked").rerankEvery(500).build());
        if (storage == Storage.PERSISTENT) {
            builder.directory(directory);
        }
        try (OffHeapReplayMemory memory = builder.open()) {
            AtomicInteger writing = new AtomicInteger(WRITERS);
            ExecutorService threads = Executors.newCachedThreadPool();
            try {
                List<Future<Long>> results = new ArrayList<>();
                for (int i = 0; i < WRITERS; i++) {
                    results.add(threads.submit(writer(memory, i + 1, writing)));
                }
                results.add(threads.submit(learner(memory, "default", Prioritization.Draw.STRATIFIED, writing)));
                results.add(threads.submit(learner(memory, "default", Prioritization.Draw.INDEPENDENT, writing)));
                results.add(threads.submit(learner(memory, "ranked", Prioritization.Draw.STRATIFIED, writing)));
                long count = 0;
                for (Future<Long> result : results) {
                    count += result.get();
                }
                assertThat(count).isPositive();
            } finally {
                threads.shutdownNow();
            }
            for (String name : List.of("default", "ranked")) {
                long head = memory.ring().head();
                memory.indexes().index(name).evictTo(memory.ring().tail(head));
            }
            HeldPriorities.requireFor(memory, HeldRows.of(memory));
        }
    }

    private static Callable<Long> writer(OffHeapReplayMemory memory, long stream, AtomicInteger writing) {
        return () -> {
            try (StreamWriter writer = memory.writer("writer-" + stream)) {
                for (long n = 0; n < STATES; n++) {
                    Story.tell(writer, stream, n);
                }
                return (long) STATES;
            } finally {
                writing.decrementAndGet();
            }
        };
    }

    private static Callable<Long> learner(
            OffHeapReplayMemory memory, String index, Prioritization.Draw draw, AtomicInteger writing) {
        return () -> {
            SamplerSpec spec = SamplerSpec.prioritized(index + "-" + draw, 16)
                    .index(index)
                    .draw(draw)
                    .build();
            SplitMix64 random = new SplitMix64(draw.ordinal());
            long batches = 0;
            try (Sampler sampler = memory.sampler(spec)) {
                Batch batch = sampler.newBatch();
                float[] priorities = new float[16];
                while (writing.get() > 0) {
                    if (sampler.trySample(batch)) {
                        Story.check(batch);
                        batches++;
                        for (int row = 0; row < 16; row++) {
                            assertThat(batch.probability(row)).isPositive();
                            assertThat(batch.weight(row)).isPositive().isLessThanOrEqualTo(1);
                            priorities[row] = 0.01f + (float) random.nextDouble() * 10;
                        }
                        sampler.updatePriorities(batch, priorities);
                    }
                }
            }
            return batches;
        };
    }
}
