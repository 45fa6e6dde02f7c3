package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Field;
import io.engram.replay.FrameStack;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.Windows;

/** Windows of a {@link Story}, with burn-in and stacks of two: what is sampled must be one run of what was told. */
final class StoryWindows {
    static final Windows WINDOWS =
            Windows.of(4).withStride(2).withTail(Windows.Tail.SHIFT_BACK).withBurnIn(1);

    private static final int STACK = 2;
    private static final int POSITIONS = WINDOWS.positions();

    private StoryWindows() {}

    static SamplerSpec.Builder spec(SamplerSpec.Builder builder) {
        return builder.windows(WINDOWS)
                .stack(Field.OBSERVATION, new FrameStack(STACK, FrameStack.Padding.ZEROS))
                .columns(
                        Field.OBSERVATION,
                        Field.ACTION,
                        Schema.NEXT + Field.OBSERVATION,
                        Schema.TERMINATED,
                        Schema.TRUNCATED,
                        Schema.STATES + Field.OBSERVATION,
                        Windows.VALID,
                        Windows.BURN_IN);
    }

    static void check(Batch batch) {
        for (int row = 0; row < batch.size(); row++) {
            long stream = number(batch, Field.OBSERVATION, row * POSITIONS * STACK + 1, 0);
            long first = number(batch, Field.OBSERVATION, row * POSITIONS * STACK + 1, 1);
            int steps = batch.steps(row);
            long within = first % Story.EPISODE;
            assertThat(within + steps).isLessThan(Story.EPISODE);
            assertThat(batch.burnIn(row)).isEqualTo(within == 0 ? 0 : 1);
            assertThat(steps - batch.burnIn(row)).isEqualTo(WINDOWS.length());
            for (int step = 0; step < POSITIONS; step++) {
                int position = row * POSITIONS + step;
                assertThat(flag(batch, Windows.VALID, position)).isEqualTo(step < steps);
                assertThat(flag(batch, Windows.BURN_IN, position)).isEqualTo(step < batch.burnIn(row));
                if (step < steps) {
                    long n = first + step;
                    requireState(batch, Field.OBSERVATION, position * STACK, stream, n - 1, n);
                    requireState(batch, Field.OBSERVATION, position * STACK + 1, stream, n, n);
                    requireState(batch, Schema.NEXT + Field.OBSERVATION, position * STACK, stream, n, n + 1);
                    requireState(batch, Schema.NEXT + Field.OBSERVATION, position * STACK + 1, stream, n + 1, n + 1);
                    assertThat(batch.column(Field.ACTION).longs().get(position)).isEqualTo(Story.action(stream, n + 1));
                    assertThat(flag(batch, Schema.TERMINATED, position)).isEqualTo(Story.terminates(n + 1));
                    assertThat(flag(batch, Schema.TRUNCATED, position)).isEqualTo(Story.truncates(n + 1));
                }
            }
            for (int i = 0; i < steps + STACK; i++) {
                int at = row * (POSITIONS + STACK) + i;
                requireState(batch, Schema.STATES + Field.OBSERVATION, at, stream, first - 1 + i, first);
            }
        }
    }

    /** Zeros stand for what lies before the episode of another state. */
    private static void requireState(Batch batch, String column, int at, long stream, long n, long ofEpisode) {
        boolean before = n < ofEpisode / Story.EPISODE * Story.EPISODE;
        for (int i = 0; i < Story.STATE_LONGS; i++) {
            assertThat(number(batch, column, at, i))
                    .as("%s of state %d of stream %d, long %d", column, n, stream, i)
                    .isEqualTo(before ? 0 : Story.state(stream, n, i));
        }
    }

    private static long number(Batch batch, String column, int state, int i) {
        return batch.column(column).buffer().getLong((state * Story.STATE_LONGS + i) * Long.BYTES);
    }

    private static boolean flag(Batch batch, String column, int at) {
        return batch.column(column).buffer().get(at) == 1;
    }
}
