package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.BetaSchedule;
import io.engram.replay.InitialPriority;
import io.engram.replay.Prioritization;
import io.engram.replay.Prioritization.Draw;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Windows;
import io.engram.replay.Windows.Order;
import io.engram.replay.Windows.Tail;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.IntSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Priorities of windows (Kapturowski et al. 2019, section 2.3) of hand-made episodes, with values computed by hand. The
 * index is named {@code windows}; its alpha is 1, it adds nothing to errors, and new windows have the priority 1 unless
 * said. In all episodes of one stream the key of a window is the number of its first step.
 */
public abstract class WindowPriorityContract extends MemoryContract {
    private static final String INDEX = "windows";
    private static final String FIVE = "a: 10 1>11 2>12 3>13 4>14 5>15T";

    private static PriorityIndex.Builder index(Windows windows) {
        return PriorityIndex.proportional(INDEX).alpha(1).epsilon(0).windows(windows);
    }

    private static SamplerSpec.Builder spec(Windows windows) {
        return SamplerSpec.prioritized("learner", 64).index(INDEX).windows(windows);
    }

    private static void assertPriorities(ReplayMemory memory, Windows windows, Map<Long, Double> priorities) {
        Shares.assertPriorities(memory, INDEX, windows, priorities);
    }

    @ParameterizedTest
    @EnumSource
    void fullWindowHasItsPriorityWithItsLastStepAndNotBefore(RowLayout layout) {
        Windows windows = Windows.of(2).withStride(3);
        ReplayMemory memory = longs(layout, 100, index(windows).build());
        ScriptPlayer player = new ScriptPlayer(memory);
        for (String steps : List.of("10", "1>11")) {
            player.play("a: " + steps);
            assertPriorities(memory, windows, Map.of());
        }
        for (String steps : List.of("2>12", "3>13", "4>14")) {
            player.play("a: " + steps);
            assertPriorities(memory, windows, Map.of(0L, 1.0));
        }
        player.play("a: 5>15");
        assertPriorities(memory, windows, Map.of(0L, 1.0, 3L, 1.0));
    }

    @ParameterizedTest
    @EnumSource
    void lastWindowHasItsPriorityWhenTheEpisodeEnds(RowLayout layout) {
        for (String end : List.of("4>14 5>15T", "4>14 5>15C", "4>14 5>15TC", "4>14 5>15 X", "4>14 5>15 Z")) {
            for (Tail tail : Tail.values()) {
                Windows windows = Windows.of(2).withTail(tail);
                ReplayMemory memory = longs(layout, 100, index(windows).build());
                ScriptPlayer player = new ScriptPlayer(memory);
                player.play("a: 10 1>11 2>12 3>13");
                assertPriorities(memory, windows, Map.of(0L, 1.0));
                player.play("a: " + end);
                assertPriorities(
                        memory,
                        windows,
                        tail == Tail.DROP ? Map.of(0L, 1.0, 2L, 1.0) : Map.of(0L, 1.0, 2L, 1.0, 4L, 1.0));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void errorsOfABatchOfLongerWindowsAreRefused(RowLayout layout) {
        Windows windows = Windows.of(2);
        ReplayMemory memory = longs(layout, 100, index(windows).build());
        ScriptPlayer.play(memory, "a: 10 1>11 2>12 3>13 4>14T");
        SamplerSpec longer =
                SamplerSpec.uniform("longer", 1).windows(Windows.of(3)).build();
        try (Sampler sampler = memory.sampler(spec(windows).build());
                Sampler other = memory.sampler(longer)) {
            Batch batch = other.newBatch();
            while (other.sample(batch).steps(0) < 3) {
                // The last window has one step.
            }
            assertThatThrownBy(() -> sampler.updateTdErrors(batch, new float[100]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("steps=3", "at most 2", "no priority was changed");
        }
        assertPriorities(memory, windows, Map.of(0L, 1.0, 2L, 1.0));
    }

    @ParameterizedTest
    @EnumSource
    void windowThatIsFullAsTheEpisodeEndsHasOnePriority(RowLayout layout) {
        Windows windows = Windows.of(2);
        ReplayMemory memory = longs(
                layout, 100, index(windows).initial(InitialPriority.fixed(3)).build());
        ScriptPlayer.play(memory, "a: 10 1>11 2>12 3>13 4>14T");
        try (Sampler sampler = memory.sampler(spec(windows).build())) {
            sampler.updatePriorities(sampler.newBatch().incarnation(), new long[] {0}, new float[] {1});
        }
        assertPriorities(memory, windows, Map.of(0L, 1.0, 2L, 3.0));
        // Probabilities 1/4 and 3/4 of 2 windows.
        SamplerSpec counted = spec(windows)
                .normalization(Prioritization.Normalization.NONE)
                .beta(BetaSchedule.constant(1))
                .build();
        try (Sampler sampler = memory.sampler(counted)) {
            Batch batch = sampler.sample(sampler.newBatch());
            for (int row = 0; row < batch.size(); row++) {
                assertThat(batch.weight(row)).isEqualTo(batch.sequence(row) == 0 ? 2 : 2 / 3f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void episodeShorterThanAWindowHasOneUnlessThatIsDropped(RowLayout layout) {
        for (Tail tail : Tail.values()) {
            Windows windows = Windows.of(4).withStride(1).withTail(tail);
            ReplayMemory memory = longs(layout, 100, index(windows).build());
            ScriptPlayer player = new ScriptPlayer(memory);
            player.play("a: 10 1>11 2>12");
            assertPriorities(memory, windows, Map.of());
            player.play("a: 3>13C");
            assertPriorities(memory, windows, tail == Tail.DROP ? Map.of() : Map.of(0L, 1.0));
        }
    }

    @ParameterizedTest
    @EnumSource
    void wholeEpisodeHasItsPriorityWhenItEndsUnlessItIsTooLong(RowLayout layout) {
        Windows windows = Windows.episodes(2);
        ReplayMemory memory = longs(layout, 100, index(windows).build());
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play("a: 10 1>11 2>12");
        assertPriorities(memory, windows, Map.of());
        player.play("a: X");
        assertPriorities(memory, windows, Map.of(0L, 1.0));
        long second = player.play("a: 20 1>21 2>22 3>23T 30 4>31T").get(layout == RowLayout.ARRIVAL ? 4 : 5);
        assertPriorities(memory, windows, Map.of(0L, 1.0, second, 1.0));
    }

    @ParameterizedTest
    @EnumSource
    void newWindowsGetTheLargestPriorityEverAndNotTheWritersRating(RowLayout layout) {
        Windows windows = Windows.of(1);
        ReplayMemory memory = longs(layout, 100, index(windows).build(), Shares.proportional(1));
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play("a: 10 1>11 2>12");
        try (Sampler sampler = memory.sampler(spec(windows).build())) {
            Shares.setAll(sampler, 0.5f, 7);
            Shares.setAll(sampler, 0.5f, 0.25f);
        }
        player.writer("a").prioritize(100);
        player.play("a: 3>13 4>14C");
        assertPriorities(memory, windows, Map.of(0L, 0.5, 1L, 0.25, 2L, 7.0, 3L, 7.0));
    }

    @ParameterizedTest
    @EnumSource
    void tdErrorsCountByTheirLargestAndTheirMeanWithoutBurnInAndPadding(RowLayout layout) {
        // Steps 0 to 2 have the errors -4, 2, 0: largest 4, mean 2. Steps 3 and 4 have 8 and -2: largest 8, mean 5.
        Windows windows = Windows.of(3).withBurnIn(1);
        IntFunction<float[]> forward = key -> key == 0 ? new float[] {-4, 2, 0, 100} : new float[] {-100, 8, -2, 100};
        assertErrors(layout, windows, forward, 0.75, Map.of(0L, 3.5, 3L, 7.25));
        assertErrors(layout, windows, forward, 1, Map.of(0L, 4.0, 3L, 8.0));
        assertErrors(layout, windows, forward, 0, Map.of(0L, 2.0, 3L, 5.0));
        IntFunction<float[]> backward = key -> key == 0 ? new float[] {0, 2, -4, 100} : new float[] {-2, 8, -100, 100};
        assertErrors(layout, windows.withOrder(Order.BACKWARD), backward, 0.75, Map.of(0L, 3.5, 3L, 7.25));
        // Shifted back over steps 2 to 4, with 6 more: mean 16/3, so 6 + 4/3.
        IntFunction<float[]> shifted = key -> key == 0 ? new float[] {-4, 2, 0, 100} : new float[] {100, -6, 8, -2};
        assertErrors(layout, windows.withTail(Tail.SHIFT_BACK), shifted, 0.75, Map.of(0L, 3.5, 3L, 6 + 4.0 / 3));
    }

    private void assertErrors(
            RowLayout layout,
            Windows windows,
            IntFunction<float[]> errorsByKey,
            double eta,
            Map<Long, Double> expected) {
        ReplayMemory memory =
                ScriptPlayer.play(longs(layout, 100, index(windows).build()), FIVE);
        try (Sampler sampler = memory.sampler(spec(windows).eta(eta).build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            assertThat(new TreeSet<>(sequences(batch))).isEqualTo(expected.keySet());
            float[] errors = new float[batch.size() * windows.positions()];
            for (int row = 0; row < batch.size(); row++) {
                float[] of = errorsByKey.apply((int) batch.sequence(row));
                System.arraycopy(of, 0, errors, row * windows.positions(), windows.positions());
            }
            sampler.updateTdErrors(batch, errors);
        }
        assertPriorities(memory, windows, expected);
    }

    @ParameterizedTest
    @EnumSource
    void epsilonIsAddedAndEtaIsNineTenthsUnlessSaid(RowLayout layout) {
        Windows windows = Windows.of(5);
        ReplayMemory memory = longs(
                layout,
                100,
                index(windows).epsilon(0.5).initial(InitialPriority.fixed(1)).build());
        ScriptPlayer.play(memory, FIVE + " 20 1>21T");
        try (Sampler sampler = memory.sampler(spec(windows).build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            float[] errors = new float[64 * 5];
            for (int row = 0; row < 64; row++) {
                errors[row * 5] = batch.sequence(row) == 0 ? 10 : 2;
            }
            sampler.updateTdErrors(batch, errors);
        }
        // 0.9 x 10 + 0.1 x 2 + 0.5, and one step of 2.
        assertPriorities(memory, windows, Map.of(0L, 9.7, layout == RowLayout.ARRIVAL ? 6L : 5L, 2.5));
    }

    @ParameterizedTest
    @EnumSource
    void errorsMustBeFiniteAndOneForEachPosition(RowLayout layout) {
        Windows windows = Windows.of(3);
        ReplayMemory memory =
                ScriptPlayer.play(longs(layout, 100, index(windows).build()), FIVE);
        try (Sampler sampler = memory.sampler(spec(windows).build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            float[] errors = new float[64 * 3];
            assertThatThrownBy(() -> sampler.updateTdErrors(batch, new float[64 * 3 - 1]))
                    .isInstanceOf(IllegalArgumentException.class);
            errors[0] = Float.NaN;
            assertThatThrownBy(() -> sampler.updateTdErrors(batch, errors))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertPriorities(memory, windows, Map.of(0L, 1.0, 3L, 1.0));
    }

    @ParameterizedTest
    @EnumSource
    void prioritiesAreTakenAsTheyAreAndZeroIsNeverDrawnAgain(RowLayout layout) {
        Windows windows = Windows.of(2).withBurnIn(2);
        ReplayMemory memory =
                ScriptPlayer.play(longs(layout, 100, index(windows).build()), FIVE);
        try (Sampler sampler = memory.sampler(spec(windows).build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            float[] priorities = new float[64];
            for (int row = 0; row < 64; row++) {
                priorities[row] = batch.sequence(row) == 2 ? 0 : batch.sequence(row) + 1;
            }
            sampler.updatePriorities(batch, priorities);
        }
        assertPriorities(memory, windows, Map.of(0L, 1.0, 2L, 0.0, 4L, 5.0));
    }

    @ParameterizedTest
    @EnumSource
    void handlesOfNoWindowAndOfWindowsThatLeftChangeNothingAndAreCounted(RowLayout layout) {
        Windows windows = Windows.of(2);
        int capacity = layout == RowLayout.ARRIVAL ? 6 : 5;
        ReplayMemory memory = longs(layout, capacity, index(windows).build());
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play("a: 10 1>11 2>12 3>13 4>14 5>15");
        try (Sampler sampler = memory.sampler(spec(windows).build())) {
            long incarnation = sampler.newBatch().incarnation();
            sampler.updatePriorities(incarnation, new long[] {0, 1, 2, 3, 4, -1}, new float[] {2, 9, 3, 9, 9, 9});
            assertThat(Shares.counters(memory)).containsExactly(2L, 4L, 0L);
            assertPriorities(memory, windows, Map.of(0L, 2.0, 2L, 3.0));
            player.play("a: 6>16");
            sampler.updatePriorities(incarnation, new long[] {0, 2, 4}, new float[] {9, 5, 7});
            assertThat(Shares.counters(memory)).containsExactly(4L, 5L, 0L);
            assertPriorities(memory, windows, Map.of(2L, 5.0, 4L, 7.0));
            sampler.updatePriorities(incarnation + 1, new long[] {2}, new float[] {1});
            assertThat(Shares.counters(memory)).containsExactly(4L, 6L, 0L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void windowOfWhichSomethingLeftIsNotDrawnThoughItsKeyIsHeld(RowLayout layout) {
        // Step 2, with which the shifted window begins, has left; its key is step 3.
        Windows windows = Windows.of(3).withTail(Tail.SHIFT_BACK);
        int capacity = layout == RowLayout.ARRIVAL ? 4 : 3;
        ReplayMemory memory = longs(layout, capacity, index(windows).build());
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play(FIVE);
        assertPriorities(memory, windows, Map.of(3L, 1.0));
        // A row of the next episode pushes out step 2.
        player.play("b: 20 1>21");
        try (Sampler sampler = memory.sampler(spec(windows).build())) {
            assertThat(sampler.trySample(sampler.newBatch())).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theOneWindowThatCanBeDrawnIsFoundAmongManyWhoseBurnInLeft(RowLayout layout) {
        Windows windows = Windows.of(1);
        int capacity = layout == RowLayout.ARRIVAL ? 301 : 300;
        ReplayMemory memory = longs(layout, capacity, index(windows).build());
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play("a: 0");
        for (int i = 1; i <= 400; i++) {
            player.play("a: 1>" + i);
        }
        // Held are states 100 to 400: only step 399 has all the 299 steps before it.
        SamplerSpec spec = spec(windows.withBurnIn(299)).columns("terminated").build();
        try (Sampler sampler = memory.sampler(spec)) {
            Batch batch = sampler.newBatch();
            assertThat(sampler.trySample(batch)).isTrue();
            assertThat(sequences(batch)).containsOnly(399L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void samplersAndIndexesOfOtherWindowsAreRefused(RowLayout layout) {
        Windows windows = Windows.of(4).withStride(2);
        ReplayMemory memory = longs(layout, 100, index(windows).build(), Shares.proportional(1));
        for (Windows other :
                List.of(Windows.of(4), Windows.of(5).withStride(2), windows.withTail(Tail.DROP), Windows.episodes(4))) {
            assertThatThrownBy(() -> memory.sampler(spec(other).build()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(INDEX);
        }
        assertThatThrownBy(() -> memory.sampler(
                        SamplerSpec.prioritized("learner", 1).index(INDEX).build()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> memory.sampler(
                        SamplerSpec.prioritized("learner", 1).windows(windows).build()))
                .isInstanceOf(IllegalArgumentException.class);
        // How windows are delivered is the sampler's choice.
        memory.sampler(spec(windows.withBurnIn(3).withOrder(Order.BACKWARD)).build())
                .close();
    }

    @ParameterizedTest
    @EnumSource
    void transitionsAndWindowsHavePrioritiesOfTheirOwn(RowLayout layout) {
        Windows windows = Windows.of(2);
        ReplayMemory memory = ScriptPlayer.play(
                longs(layout, 100, index(windows).build(), Shares.proportional(1)), "a: 10 1>11 2>12 3>13");
        try (Sampler ofWindows = memory.sampler(spec(windows).build());
                Sampler ofTransitions =
                        memory.sampler(SamplerSpec.prioritized("transitions", 1).build())) {
            Shares.setAll(ofTransitions, 1, 2, 3);
            Shares.set(ofWindows, 0, 9);
        }
        Shares.assertPriorities(memory, 1, 2, 3);
        assertPriorities(memory, windows, Map.of(0L, 9.0));
    }

    @ParameterizedTest
    @EnumSource
    void windowsAreDrawnInProportionToTheirPriorities(RowLayout layout) {
        Windows windows = Windows.of(2).withBurnIn(1);
        ReplayMemory memory = ScriptPlayer.play(
                longs(layout, 100, index(windows).build()), "a: 10 1>11 2>12 3>13 4>14 5>15 6>16 7>17 8>18 9>19T");
        // Windows 0, 2, 4, 6 and the padded one of step 8.
        int[] units = {3, 1, 0, 5, 2};
        for (Draw draw : Draw.values()) {
            int batchSize = 5;
            SamplerSpec spec = SamplerSpec.prioritized("draws", batchSize)
                    .index(INDEX)
                    .windows(windows)
                    .draw(draw)
                    .seed(11)
                    .build();
            try (Sampler sampler = memory.sampler(spec)) {
                for (int i = 0; i < units.length; i++) {
                    Shares.set(sampler, 2L * i, units[i]);
                }
                Batch batch = sampler.newBatch();
                int[] next = {batchSize};
                assertThat(judge(draw, units, batchSize, () -> {
                            if (next[0] == batchSize) {
                                sampler.sample(batch);
                                next[0] = 0;
                            }
                            return (int) batch.sequence(next[0]++) / 2;
                        }))
                        .as("%s seed=11", draw)
                        .isEmpty();
            }
        }
    }

    private static String judge(Draw draw, int[] units, int batchSize, IntSupplier source) {
        return draw == Draw.STRATIFIED
                ? Frequencies.stratified(units, batchSize, source)
                : Frequencies.independent(units, batchSize, source);
    }

    @ParameterizedTest
    @EnumSource
    void weightsFollowFromTheWindowsProbabilities(RowLayout layout) {
        Windows windows = Windows.of(2);
        ReplayMemory memory =
                ScriptPlayer.play(longs(layout, 100, index(windows).build()), FIVE);
        SamplerSpec spec = spec(windows).beta(BetaSchedule.constant(1)).build();
        try (Sampler sampler = memory.sampler(spec)) {
            for (int i = 0; i < 3; i++) {
                Shares.set(sampler, 2L * i, 1 << i);
            }
            Batch batch = sampler.sample(sampler.newBatch());
            assertThat(sequences(batch)).contains(0L, 2L, 4L);
            for (int row = 0; row < batch.size(); row++) {
                // Priorities 1, 2, 4 of 7; weights divided by that of the first.
                int priority = 1 << (batch.sequence(row) / 2);
                assertThat(batch.probability(row)).isEqualTo(priority / 7.0);
                assertThat(batch.weight(row)).isEqualTo(1f / priority);
            }
        }
    }
}
