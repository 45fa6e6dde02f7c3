package io.engram.replay.onheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.AgeLimit;
import io.engram.replay.Batch;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.contract.Schemas;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits on time, with a clock that stands still unless it is told to go on. */
class HeapAgeLimitTest {
    private long now = 5_000_000;

    @ParameterizedTest
    @EnumSource
    void onlyRowsOfTheLastSecondsAreSampled(RowLayout layout) {
        PriorityIndex index = PriorityIndex.proportional("default").build();
        try (HeapReplayMemory memory = new HeapReplayMemory(() -> now, Schemas.longs(layout), 100, index)) {
            StreamWriter writer = memory.writer("a");
            writer.field("observation").set(0L);
            writer.begin();
            for (long action = 1; action <= 9; action++) {
                now += 1_000;
                writer.field("action").set(action);
                writer.field("observation").set(0L);
                writer.step(false, false);
            }
            now += 1_000;
            // The step of action i was appended 10 - i seconds ago, the row before it a second earlier.
            long oldest = layout == RowLayout.ARRIVAL ? 6 : 5;
            assertThat(actions(memory, 5_000)).hasSize((int) (10 - oldest)).contains(oldest, 9L);
            assertThat(actions(memory, 4_999)).hasSize((int) (9 - oldest)).contains(oldest + 1, 9L);
            assertThat(actions(memory, 1_000_000)).hasSize(9);
            assertThat(actions(memory, 999)).isEmpty();
        }
    }

    private static TreeSet<Long> actions(HeapReplayMemory memory, long millis) {
        TreeSet<Long> found = new TreeSet<>();
        for (SamplerSpec.Builder kind : List.of(SamplerSpec.uniform("s", 64), SamplerSpec.prioritized("s", 64))) {
            TreeSet<Long> now = new TreeSet<>();
            SamplerSpec spec = kind.maxAge(AgeLimit.ofTime(Duration.ofMillis(millis)))
                    .columns("action", AgeLimit.MILLIS)
                    .build();
            try (Sampler sampler = memory.sampler(spec)) {
                Batch batch = sampler.newBatch();
                for (int i = 0; i < 10 && sampler.trySample(batch); i++) {
                    for (int row = 0; row < batch.size(); row++) {
                        now.add(batch.column("action").longs().get(row));
                        assertThat(batch.column(AgeLimit.MILLIS).longs().get(row))
                                .isLessThanOrEqualTo(millis);
                    }
                }
            }
            assertThat(found.isEmpty() || found.equals(now)).isTrue();
            found = now;
        }
        return found;
    }
}
