package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Writers and samplers at once, in a memory so small that everything is overwritten all the time. Each value says whose
 * it is, so that a transition put together from two would show.
 */
public abstract class ConcurrencyContract extends MemoryContract {
    private static final int CAPACITY = 64;
    private static final int STEPS = 20_000;
    private static final int EPISODE = 17;

    @ParameterizedTest
    @EnumSource
    void whatIsSampledBesideWritersIsWholeAndInTheWindow(RowLayout layout) throws Exception {
        Schema schema = Schema.builder()
                .observation(DType.I64, 9)
                .add(Field.step("action", DType.I64, 3))
                .rowLayout(layout)
                .build();
        ReplayMemory memory = memory(schema, CAPACITY);
        List<Callable<Void>> writers =
                List.of(() -> writeSteps(memory, "a", 1), () -> writeSteps(memory, "b", 2), () -> writeLanes(memory));
        AtomicInteger atWork = new AtomicInteger(writers.size());
        List<Callable<Void>> tasks = new ArrayList<>();
        CountDownLatch started = new CountDownLatch(writers.size() + 2);
        for (Callable<Void> writer : writers) {
            tasks.add(() -> {
                meet(started);
                try {
                    return writer.call();
                } finally {
                    atWork.decrementAndGet();
                }
            });
        }
        for (int i = 0; i < 2; i++) {
            String name = "learner-" + i;
            tasks.add(() -> {
                meet(started);
                return sample(memory, name, atWork);
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            for (Future<Void> ended : threads.invokeAll(tasks)) {
                ended.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("layout=" + layout, e.getCause());
        } finally {
            threads.shutdown();
        }
        assertThat(memory.stats().appendedTransitions()).isEqualTo(4 * STEPS);
        assertThat(memory.size()).isEqualTo(CAPACITY);
    }

    private static Void writeSteps(ReplayMemory memory, String stream, long id) {
        try (StreamWriter writer = memory.writer(stream)) {
            for (int i = 0; i < STEPS; i++) {
                if (!writer.inEpisode()) {
                    writer.field("observation").set(values(9, id, i));
                    writer.begin();
                }
                writer.field("action").set(values(3, id, i));
                writer.field("observation").set(values(9, id, i + 1L));
                writer.step(i % EPISODE == EPISODE - 1, false);
            }
        }
        return null;
    }

    private static Void writeLanes(ReplayMemory memory) {
        try (VectorWriter writer = memory.vectorWriter(List.of("lane-0", "lane-1"))) {
            Columns columns = writer.newColumns();
            for (int i = 0; i < STEPS; i++) {
                for (int lane = 0; lane < 2; lane++) {
                    columns.column("observation").longs().put(lane * 9, values(9, 10L + lane, i));
                    columns.column("action").longs().put(lane * 3, values(3, 10L + lane, i));
                    columns.column("next/observation").longs().put(lane * 9, values(9, 10L + lane, i + 1L));
                    columns.column("terminated").buffer().put(lane, (byte) (i % EPISODE == EPISODE - 1 ? 1 : 0));
                }
                if (i % EPISODE == 0) {
                    writer.begin(columns);
                }
                writer.step(columns);
            }
        }
        return null;
    }

    private static Void sample(ReplayMemory memory, String name, AtomicInteger atWork) {
        try (Sampler sampler = memory.sampler(
                SamplerSpec.uniform(name, 16).seed(name.hashCode()).build())) {
            Batch batch = sampler.newBatch();
            LongBuffer state = batch.column("observation").longs();
            LongBuffer action = batch.column("action").longs();
            LongBuffer next = batch.column("next/observation").longs();
            boolean last;
            do {
                last = atWork.get() == 0;
                long before = memory.stats().appendedRows();
                if (sampler.trySample(batch)) {
                    long after = memory.stats().appendedRows();
                    for (int row = 0; row < batch.size(); row++) {
                        long id = state.get(row * 9) >>> 32;
                        long step = state.get(row * 9) & 0xffffffffL;
                        assertValues(state, row, 9, id, step);
                        assertValues(action, row, 3, id, step);
                        assertValues(next, row, 9, id, step + 1);
                        byte terminated = batch.column("terminated").buffer().get(row);
                        assertThat(terminated).isEqualTo((byte) (step % EPISODE == EPISODE - 1 ? 1 : 0));
                        assertThat(batch.sequence(row)).isBetween(before - CAPACITY, after - 1);
                    }
                }
            } while (!last);
        }
        return null;
    }

    private static void assertValues(LongBuffer column, int row, int length, long id, long step) {
        for (int i = 0; i < length; i++) {
            if (column.get(row * length + i) != ((id << 32) | step)) {
                throw new AssertionError("row=" + row + " mixes id=" + id + " step=" + step + " with value="
                        + Long.toHexString(column.get(row * length + i)));
            }
        }
    }

    private static long[] values(int length, long id, long step) {
        long[] values = new long[length];
        Arrays.fill(values, (id << 32) | step);
        return values;
    }

    private static void meet(CountDownLatch started) throws InterruptedException {
        started.countDown();
        started.await();
    }
}
