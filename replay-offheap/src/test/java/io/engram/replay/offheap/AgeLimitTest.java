package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.AgeDistribution;
import io.engram.replay.AgeLimit;
import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.TooFewTransitionsException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits on time, with a clock that stands still unless it is told to go on. */
class AgeLimitTest {
    private long now = 5_000_000;

    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void onlyRowsOfTheLastSecondsAreSampled(RowLayout layout) {
        try (OffHeapReplayMemory memory = open(layout)) {
            memory.upkeep().turn();
            StreamWriter writer = memory.writer("a");
            writer.begin(new float[] {0});
            for (int i = 1; i <= 30; i++) {
                now += 1_000;
                memory.upkeep().turn();
                writer.step(i, i, new float[] {i}, false, false);
            }
            now += 1_000;
            memory.upkeep().turn();
            // The step to i was appended 31 - i seconds ago, the row before it a second earlier.
            boolean arrival = layout == RowLayout.ARRIVAL;
            assertActions(memory, 5_000, arrival ? 27 : 26, 30);
            assertActions(memory, 1_999, arrival ? 31 : 30, 30);
            assertActions(memory, 1_000_000, 1, 30);
            now += 10_000_000;
            memory.upkeep().turn();
            assertActions(memory, 5_000, 31, 30);
        }
    }

    /** What is known of times then is when episodes began. */
    @ParameterizedTest
    @EnumSource(RowLayout.class)
    void reopenedMemoryKnowsWhenEpisodesBegan(RowLayout layout, @TempDir Path directory) {
        try (OffHeapReplayMemory memory = builder(layout).directory(directory).open();
                StreamWriter writer = memory.writer("a")) {
            for (int i = 0; i < 3; i++) {
                now += 10_000;
                writer.begin(new float[] {0});
                for (int step = 1; step <= 4; step++) {
                    now += 1_000;
                    writer.step(4 * i + step, 1, new float[] {step}, false, step == 4);
                }
            }
        }
        now += 1_000;
        // The last episode began 5 seconds ago, the one before it 19.
        try (OffHeapReplayMemory memory = builder(layout).directory(directory).open()) {
            assertActions(memory, 4_999, 13, 12);
            assertActions(memory, 5_000, 9, 12);
            assertActions(memory, 18_999, 9, 12);
            assertActions(memory, 19_000, 5, 12);
            assertActions(memory, 33_000, 1, 12);
        }
    }

    private static void assertActions(OffHeapReplayMemory memory, long millis, int first, int last) {
        for (SamplerSpec.Builder builder :
                new SamplerSpec.Builder[] {SamplerSpec.uniform("s", 64), SamplerSpec.prioritized("s", 64)}) {
            SamplerSpec spec = builder.maxAge(AgeLimit.ofTime(Duration.ofMillis(millis)))
                    .columns("action", AgeLimit.MILLIS)
                    .build();
            try (Sampler sampler = memory.sampler(spec)) {
                Batch batch = sampler.newBatch();
                if (first > last) {
                    assertThatThrownBy(() -> sampler.sample(batch)).isInstanceOf(TooFewTransitionsException.class);
                    continue;
                }
                TreeSet<Integer> seen = new TreeSet<>();
                for (int i = 0; i < 20; i++) {
                    sampler.sample(batch);
                    for (int row = 0; row < batch.size(); row++) {
                        seen.add(batch.column("action").ints().get(row));
                        assertThat(batch.column(AgeLimit.MILLIS).longs().get(row))
                                .isLessThanOrEqualTo(millis);
                    }
                }
                assertThat(seen.size()).isEqualTo(last - first + 1);
                assertThat(seen.first()).isEqualTo(first);
                assertThat(seen.last()).isEqualTo(last);
                AgeDistribution ages = batch.ages();
                assertThat(ages.greatest()).isLessThanOrEqualTo(30);
            }
        }
    }

    private OffHeapReplayMemory open(RowLayout layout) {
        return builder(layout).storage(Storage.VOLATILE).open();
    }

    private OffHeapMemoryBuilder builder(RowLayout layout) {
        Schema schema = Schema.builder()
                .observation(DType.F32, 1)
                .action(DType.I32)
                .reward()
                .rowLayout(layout)
                .build();
        return OffHeapReplayMemory.builder(schema, 1_000)
                .segmentRows(8)
                .priorities(PriorityIndex.proportional("default").build())
                .withoutAutomaticUpkeep()
                .clock(() -> now);
    }
}
