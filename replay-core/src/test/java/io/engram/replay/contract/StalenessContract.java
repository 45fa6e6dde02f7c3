package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.AgeDistribution;
import io.engram.replay.AgeLimit;
import io.engram.replay.Batch;
import io.engram.replay.NStep;
import io.engram.replay.Prioritization.Draw;
import io.engram.replay.Prioritization.Normalization;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.TooFewTransitionsException;
import io.engram.replay.Windows;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How old samples may be and are, in rows appended since the one that they start from; by hand. */
public abstract class StalenessContract extends MemoryContract {
    private static final String SIX = "a: 10 1>11 2>12 3>13 4>14 5>15 6>16";

    private static AgeLimit steps(long steps) {
        return new AgeLimit(steps, AgeLimit.ANY_TIME, AgeLimit.UNLIMITED);
    }

    private static List<String> young(ReplayMemory memory, long steps) {
        return Elements.transitions(memory, Elements.uniform(memory).maxAge(steps(steps)));
    }

    @Test
    void arrivalTransitionsAreAsOldAsTheRowTheyStartFrom() {
        // Rows 0 to 6; the newest transition starts from row 5, after which one row was appended.
        ReplayMemory memory = ScriptPlayer.play(longs(RowLayout.ARRIVAL, 100), SIX);
        assertThat(young(memory, 1)).containsExactly("15 6>16");
        assertThat(young(memory, 2)).containsExactly("14 5>15", "15 6>16");
        assertThat(young(memory, 5)).containsExactly("11 2>12", "12 3>13", "13 4>14", "14 5>15", "15 6>16");
        assertThat(young(memory, 6)).hasSize(6);
        assertThat(young(memory, 7)).hasSize(6);
        assertThat(young(memory, AgeLimit.UNLIMITED)).hasSize(6);
    }

    @Test
    void selfContainedTransitionsAreAsOldAsTheirRow() {
        ReplayMemory memory = ScriptPlayer.play(longs(RowLayout.SELF_CONTAINED, 100), SIX);
        assertThat(young(memory, 1)).containsExactly("14 5>15", "15 6>16");
        assertThat(young(memory, 4)).containsExactly("11 2>12", "12 3>13", "13 4>14", "14 5>15", "15 6>16");
        assertThat(young(memory, 5)).hasSize(6);
        assertThat(young(memory, AgeLimit.UNLIMITED)).hasSize(6);
    }

    @ParameterizedTest
    @EnumSource
    void limitHoldsWhereTheRingHasWrapped(RowLayout layout) {
        int capacity = layout == RowLayout.ARRIVAL ? 5 : 4;
        ReplayMemory memory = ScriptPlayer.play(longs(layout, capacity), SIX);
        assertThat(young(memory, layout == RowLayout.ARRIVAL ? 2 : 1)).containsExactly("14 5>15", "15 6>16");
        assertThat(young(memory, 100)).containsExactly("12 3>13", "13 4>14", "14 5>15", "15 6>16");
    }

    @ParameterizedTest
    @EnumSource
    void otherStreamsRowsCountToo(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), "a: 10 1>11 | b: 50 5>51 6>52 | a: 2>12");
        // Arrival rows: 10 11 50 51 52 12, so that 11 is 4 rows old; self-contained: 10 50 51 11.
        assertThat(young(memory, layout == RowLayout.ARRIVAL ? 3 : 2))
                .containsExactlyInAnyOrder(
                        layout == RowLayout.ARRIVAL
                                ? new String[] {"50 5>51", "51 6>52"}
                                : new String[] {"50 5>51", "51 6>52", "11 2>12"});
    }

    @Test
    void nothingYoungEnoughIsTooFew() {
        ReplayMemory memory =
                ScriptPlayer.play(longs(RowLayout.ARRIVAL, 100, Shares.proportional(1)), "a: 10 1>11 | b: 20 | c: 30");
        for (SamplerSpec.Builder spec : List.of(SamplerSpec.uniform("young", 2), SamplerSpec.prioritized("young", 2))) {
            try (Sampler sampler = memory.sampler(spec.maxAge(steps(2)).build())) {
                Batch batch = sampler.newBatch();
                assertThat(sampler.trySample(batch)).isFalse();
                assertThatThrownBy(() -> sampler.sample(batch)).isInstanceOf(TooFewTransitionsException.class);
            }
        }
        assertThat(young(memory, 3)).containsExactly("10 1>11");
    }

    @ParameterizedTest
    @EnumSource
    void transitionsOverNStepsAreAsOldAsTheirStart(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(memory(Schemas.rewarded(layout), 100), SIX);
        assertThat(Elements.transitions(
                        memory,
                        Elements.uniform(memory)
                                .nStep(NStep.of(2, 1))
                                .maxAge(steps(layout == RowLayout.ARRIVAL ? 3 : 2))))
                .containsExactly(
                        "13 4/0>15 k=2 d=1 bootstrap", "14 5/0>16 k=2 d=1 bootstrap", "15 6/0>16 k=1 d=1 bootstrap");
    }

    @ParameterizedTest
    @EnumSource
    void windowsAreAsOldAsTheStepThatKeysThem(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), SIX + " 7>17T");
        // Step 6, which keys the last window, is the start of the newest transition.
        int newest = layout == RowLayout.ARRIVAL ? 1 : 0;
        Windows windows = Windows.of(2).withTail(Windows.Tail.SHIFT_BACK).withBurnIn(1);
        assertThat(Elements.windows(
                        memory, Elements.uniform(memory).windows(windows).maxAge(steps(newest + 1))))
                .containsExactly("(14 5>15) 15 6>16 16 7>17T");
        assertThat(Elements.windows(
                        memory, Elements.uniform(memory).windows(windows).maxAge(steps(newest + 2))))
                .containsExactly("(13 4>14) 14 5>15 15 6>16", "(14 5>15) 15 6>16 16 7>17T");
    }

    @ParameterizedTest
    @EnumSource
    void youngTransitionsAreEquallyLikely(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 8), SIX + " 7>17 8>18 9>19 | b: 20 1>21 2>22");
        AgeLimit limit = steps(5);
        List<Long> keys = new ArrayList<>(
                Elements.of(memory, Elements.uniform(memory).maxAge(limit).build(), Elements::transition)
                        .keySet());
        assertThat(keys).hasSizeBetween(3, 6);
        SamplerSpec spec =
                SamplerSpec.uniform("young", 16).seed(5).maxAge(limit).build();
        try (Sampler sampler = memory.sampler(spec)) {
            Batch batch = sampler.newBatch();
            int[] next = {16};
            assertThat(Uniformity.verdict(keys.size(), 16, () -> {
                        if (next[0] == 16) {
                            sampler.sample(batch);
                            next[0] = 0;
                        }
                        return keys.indexOf(batch.sequence(next[0]++));
                    }))
                    .as("seed=5")
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void priorityDrawsAreInProportionAmongTheYoung(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100, Shares.proportional(1)), SIX);
        // Young are transitions 3 to 5.
        assertYoungDraws(memory, layout == RowLayout.ARRIVAL ? 3 : 2, new long[] {3, 4, 5});
    }

    @ParameterizedTest
    @EnumSource
    void priorityDrawsAreInProportionWhereverTheYoungLie(RowLayout layout) {
        // Long enough for whatever holds the priorities to go round several times.
        ReplayMemory memory = longs(layout, 20, Shares.proportional(1));
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play("a: 0");
        long newest = 0;
        for (int i = 1; i <= 2060; i++) {
            newest = player.play("a: 1>" + i).get(0);
            if ((newest >= 1023 && newest < 1029) || newest == 2050) {
                long start = layout == RowLayout.ARRIVAL ? newest - 1 : newest;
                long[] keys = {start - 4, start - 3, start - 2, start - 1, start};
                assertYoungDraws(memory, newest - keys[0], keys);
            }
        }
        assertThat(newest).isGreaterThan(2052);
    }

    private static void assertYoungDraws(ReplayMemory memory, long limit, long[] keys) {
        int[] units = new int[keys.length];
        int total = 0;
        for (int i = 0; i < keys.length; i++) {
            units[i] = keys[i] % 3 == 0 ? 0 : 1 + i;
            total += units[i];
        }
        for (Draw draw : Draw.values()) {
            SamplerSpec spec = SamplerSpec.prioritized("young", 4)
                    .draw(draw)
                    .maxAge(steps(limit))
                    .seed(7)
                    .build();
            try (Sampler sampler = memory.sampler(spec)) {
                for (int i = 0; i < keys.length; i++) {
                    Shares.set(sampler, keys[i], units[i]);
                }
                // An old one with a large priority.
                Shares.set(sampler, keys[0] - 1, 50);
                Batch batch = sampler.newBatch();
                int[] next = {4};
                int sum = total;
                assertThat(judge(draw, units, () -> {
                            if (next[0] == 4) {
                                sampler.sample(batch);
                                next[0] = 0;
                            }
                            int at = (int) (batch.sequence(next[0]) - keys[0]);
                            assertThat(batch.probability(next[0]++)).isEqualTo((double) units[at] / sum);
                            return at;
                        }))
                        .as("%s seed=7 keys from %d", draw, keys[0])
                        .isEmpty();
            }
        }
    }

    private static String judge(Draw draw, int[] units, IntSupplier source) {
        return draw == Draw.STRATIFIED
                ? Frequencies.stratified(units, 4, source)
                : Frequencies.independent(units, 4, source);
    }

    @ParameterizedTest
    @EnumSource
    void windowsByPriorityKeepTheLimit(RowLayout layout) {
        Windows windows = Windows.of(2);
        PriorityIndex index =
                PriorityIndex.proportional("default").alpha(1).windows(windows).build();
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100, index), SIX);
        try (Sampler sampler = memory.sampler(SamplerSpec.prioritized("young", 32)
                .windows(windows)
                .maxAge(steps(4))
                .build())) {
            Shares.set(sampler, 0, 1000);
            Batch batch = sampler.sample(sampler.newBatch());
            TreeSet<Long> keys = new TreeSet<>(sequences(batch));
            assertThat(keys).containsExactly(2L, 4L);
            assertThat(batch.probability(0)).isEqualTo(0.5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void batchSaysHowOldItWasWhenItWasFilled(RowLayout layout) {
        ReplayMemory memory = longs(layout, 100);
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play(SIX);
        try (Sampler sampler =
                memory.sampler(SamplerSpec.uniform("ages", 50).seed(2).build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            player.play("a: 7>17T");
            long newest = layout == RowLayout.ARRIVAL ? 6 : 5;
            long[] ages = LongStream.range(0, 50)
                    .map(row -> newest - batch.sequence((int) row))
                    .toArray();
            for (int row = 0; row < 50; row++) {
                assertThat(batch.age(row)).isEqualTo(ages[row]);
            }
            assertThat(batch.ages()).isEqualTo(AgeDistribution.of(ages));
            assertThat(batch.ages().greatest()).isEqualTo(newest);
            assertThat(batch.ages().least()).isEqualTo(newest - 5);
            sampler.sample(batch);
            for (int row = 0; row < 50; row++) {
                assertThat(batch.age(row)).isEqualTo(newest + 1 - batch.sequence(row));
            }
        }
    }

    @Test
    void distributionsAreWrittenByHand() {
        assertThat(AgeDistribution.of(7)).isEqualTo(new AgeDistribution(7, 7, 7, 7, 7));
        assertThat(AgeDistribution.of(5, 1, 3)).isEqualTo(new AgeDistribution(1, 3, 5, 5, 3));
        assertThat(AgeDistribution.of(4, 1, 2, 3)).isEqualTo(new AgeDistribution(1, 2, 4, 4, 2.5));
        assertThat(AgeDistribution.of(10, 9, 8, 7, 6, 5, 4, 3, 2, 1)).isEqualTo(new AgeDistribution(1, 5, 9, 10, 5.5));
        assertThat(AgeDistribution.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11)).isEqualTo(new AgeDistribution(0, 0, 0, 11, 1));
    }

    @Test
    void limitWithWeightsThatAreDividedByNothingIsRefused() {
        SamplerSpec.Builder spec = SamplerSpec.prioritized("young", 1)
                .normalization(Normalization.NONE)
                .maxAge(steps(3));
        assertThatThrownBy(spec::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("young");
        assertThatThrownBy(() -> steps(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
