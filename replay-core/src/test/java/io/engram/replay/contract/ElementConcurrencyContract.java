package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.FrameStack;
import io.engram.replay.NStep;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.Windows;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Writers and samplers of transitions over n steps, stacks and windows at once, in a memory so small that everything is
 * overwritten all the time. State s of a stream is a number that counts on from episode to episode, one more than the
 * state before it; its first digits say whose it is. So whatever was put together wrongly would show.
 */
public abstract class ElementConcurrencyContract extends MemoryContract {
    private static final int CAPACITY = 128;
    private static final int STEPS = 800 * 11;
    private static final int EPISODE = 11;
    private static final long OF_A_STREAM = 1_000_000;
    private static final String INDEX = "windows";
    private static final Windows WINDOWS =
            Windows.of(4).withStride(2).withTail(Windows.Tail.SHIFT_BACK).withBurnIn(3);

    private static SamplerSpec spec(SamplerSpec.Builder builder, UnaryOperator<SamplerSpec.Builder> what) {
        return what.apply(builder.stack("observation", FrameStack.of(3))).build();
    }

    @ParameterizedTest
    @EnumSource
    void elementsSampledBesideWritersAreOfConsecutiveSteps(RowLayout layout) throws Exception {
        Schema schema = Schema.builder()
                .observation(DType.I64)
                .action(DType.I64)
                .add(Field.step(Field.REWARD, DType.F64))
                .rowLayout(layout)
                .build();
        PriorityIndex index = PriorityIndex.proportional(INDEX).windows(WINDOWS).build();
        ReplayMemory memory = memory(schema, CAPACITY, index, Shares.proportional(1));
        AtomicInteger atWork = new AtomicInteger(3);
        CountDownLatch started = new CountDownLatch(3 + 4);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            long id = i;
            tasks.add(() -> {
                meet(started);
                try {
                    return write(memory, id);
                } finally {
                    atWork.decrementAndGet();
                }
            });
        }
        NStep three = NStep.of(3, 1);
        for (SamplerSpec spec : List.of(
                spec(SamplerSpec.uniform("n-step", 16), builder -> builder.nStep(three)),
                spec(SamplerSpec.prioritized("n-step by priority", 16), builder -> builder.nStep(three)),
                spec(SamplerSpec.uniform("windows", 16), builder -> builder.windows(WINDOWS)),
                spec(
                        SamplerSpec.prioritized("windows by priority", 16).index(INDEX),
                        builder -> builder.windows(WINDOWS)))) {
            tasks.add(() -> {
                meet(started);
                return sample(memory, spec, atWork);
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
    }

    private static Void write(ReplayMemory memory, long id) {
        try (StreamWriter writer = memory.writer("stream-" + id)) {
            for (long i = 0; i < STEPS; i++) {
                long state = id * OF_A_STREAM + i;
                if (!writer.inEpisode()) {
                    begin(writer, state);
                }
                writer.field("reward").set((double) state);
                step(writer, state, state + 1, false, i % EPISODE == EPISODE - 1);
            }
        }
        return null;
    }

    private static Void sample(ReplayMemory memory, SamplerSpec spec, AtomicInteger atWork) {
        try (Sampler sampler = memory.sampler(spec)) {
            Batch batch = sampler.newBatch();
            float[] errors = new float[batch.size() * WINDOWS.positions()];
            while (atWork.get() > 0) {
                if (!sampler.trySample(batch)) {
                    continue;
                }
                for (int row = 0; row < batch.size(); row++) {
                    if (spec.windows() == null) {
                        checkTransition(batch, row);
                    } else {
                        checkWindow(batch, row);
                    }
                    errors[row] = row;
                }
                if (spec.prioritization() != null) {
                    sampler.updateTdErrors(batch, errors);
                }
            }
        }
        return null;
    }

    private static void checkTransition(Batch batch, int row) {
        long state = batch.column("action").longs().get(row);
        int steps = batch.steps(row);
        assertThat(batch.column(NStep.STEPS).ints().get(row)).isEqualTo(steps).isBetween(1, 3);
        assertStack(batch, "observation", row, state, state);
        assertStack(batch, "next/observation", row, state + steps, state);
        assertThat(batch.column("reward").doubles().get(row))
                .isEqualTo((double) (steps * state + steps * (steps - 1) / 2));
        long left = EPISODE - step(state);
        boolean ends = steps == left;
        assertThat((long) steps).isLessThanOrEqualTo(left);
        assertThat(batch.column("truncated").bytes().get(row)).isEqualTo((byte) (ends ? 1 : 0));
    }

    private static void checkWindow(Batch batch, int row) {
        int positions = WINDOWS.positions();
        int steps = batch.steps(row);
        int learned = steps - batch.burnIn(row);
        long first = batch.column("action").longs().get(row * positions);
        long begin = step(first) + batch.burnIn(row);
        // Full windows begin at every other step; the last one is shifted to begin four steps before the end.
        assertThat(learned).isEqualTo(4);
        assertThat(begin % 2 == 0 || begin == EPISODE - 4).as("begin=%d", begin).isTrue();
        assertThat((long) batch.burnIn(row)).isEqualTo(Math.min(3, begin));
        for (int p = 0; p < positions; p++) {
            int at = row * positions + p;
            boolean valid = p < steps;
            assertThat(batch.column(Windows.VALID).bytes().get(at)).isEqualTo((byte) (valid ? 1 : 0));
            if (valid) {
                long state = first + p;
                assertThat(batch.column("action").longs().get(at)).isEqualTo(state);
                assertStack(batch, "observation", at, state, state);
                assertStack(batch, "next/observation", at, state + 1, state);
                assertThat(batch.column("truncated").bytes().get(at))
                        .isEqualTo((byte) (step(state) == EPISODE - 1 ? 1 : 0));
            } else {
                assertThat(batch.column("action").longs().get(at)).isZero();
            }
        }
    }

    /** The stack ends in a state of the episode that {@code within} is of, and does not begin before that. */
    private static void assertStack(Batch batch, String name, int at, long newest, long within) {
        long start = within - step(within);
        for (int i = 0; i < 3; i++) {
            assertThat(batch.column(name).longs().get(3 * at + i)).isEqualTo(Math.max(start, newest - 2 + i));
        }
    }

    /** The number of a step in its episode. */
    private static long step(long state) {
        return state % OF_A_STREAM % EPISODE;
    }

    private static void meet(CountDownLatch started) throws InterruptedException {
        started.countDown();
        started.await();
    }
}
