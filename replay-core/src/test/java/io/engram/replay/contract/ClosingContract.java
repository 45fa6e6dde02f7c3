package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is left of a memory, its writers and its samplers after {@code close}. */
public abstract class ClosingContract extends MemoryContract {
    @ParameterizedTest
    @EnumSource
    void closedMemoryRefusesEveryCallThatReadsOrAppends(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        StreamWriter idle = memory.writer("idle");
        StreamWriter busy = memory.writer("busy");
        begin(busy, 10);
        step(busy, 1, 11);
        VectorWriter vector = memory.vectorWriter(List.of("lane"));
        Columns columns = vector.newColumns();
        vector.begin(columns);
        Sampler sampler = memory.sampler(SamplerSpec.uniform("learner", 2).build());
        Batch batch = sampler.newBatch();
        sampler.sample(batch);
        String before = text(batch, 1);
        memory.close();
        memory.close();

        refused(memory::size);
        refused(memory::stats);
        refused(() -> memory.writer("new"));
        refused(() -> memory.vectorWriter(List.of("new")));
        refused(() -> memory.sampler(SamplerSpec.uniform("new", 1).build()));
        refused(() -> begin(idle, 10));
        refused(() -> idle.stepAll(columns, 1));
        refused(() -> step(busy, 2, 12));
        refused(() -> vector.begin(columns));
        refused(() -> vector.step(columns));
        refused(() -> vector.step(columns, new boolean[] {false}));
        refused(() -> sampler.sample(batch));
        refused(() -> sampler.trySample(batch));
        assertThat(text(batch, 1)).isEqualTo(before);
        assertThat(memory.capacity()).isEqualTo(10);
        assertThat(memory.schema()).isEqualTo(Schemas.longs(layout));
        idle.close();
        busy.close();
        vector.close();
        sampler.close();
    }

    @Test
    void closedSamplerRefusesToSample() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        StreamWriter writer = memory.writer("a");
        begin(writer, 10);
        step(writer, 1, 11);
        Sampler sampler = memory.sampler(SamplerSpec.uniform("learner", 2).build());
        Batch batch = sampler.newBatch();
        sampler.close();
        assertThatThrownBy(() -> sampler.sample(batch))
                .isInstanceOf(MemoryClosedException.class)
                .hasMessageContaining("'learner'");
        refused(() -> sampler.trySample(batch));
        assertThat(memory.size()).isEqualTo(2);
    }

    @Test
    void closingTheMemoryOrTheSamplerEndsTheWait() throws InterruptedException {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        List<Sampler> samplers = new ArrayList<>();
        List<Throwable> thrown = new ArrayList<>();
        List<Thread> learners = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Sampler sampler = memory.sampler(SamplerSpec.uniform("learner-" + i, 2)
                    .patience(Duration.ofDays(1000))
                    .build());
            samplers.add(sampler);
            Batch batch = sampler.newBatch();
            Thread learner = new Thread(() -> sampler.sample(batch));
            learner.setUncaughtExceptionHandler((thread, exception) -> {
                synchronized (thrown) {
                    thrown.add(exception);
                }
            });
            learner.start();
            learners.add(learner);
            SamplerContract.awaitWaiting(learner);
        }
        samplers.get(0).close();
        learners.get(0).join();
        assertThat(learners.get(1).isAlive()).isTrue();
        memory.close();
        learners.get(1).join();
        synchronized (thrown) {
            assertThat(thrown).hasSize(2).hasOnlyElementsOfType(MemoryClosedException.class);
        }
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(MemoryClosedException.class).hasMessageContaining("closed");
    }
}
