package io.engram.replay.contract;

import static io.engram.replay.contract.Shares.assertPriorities;
import static io.engram.replay.contract.Shares.assertPrioritiesFrom;
import static io.engram.replay.contract.Shares.fill;
import static io.engram.replay.contract.Shares.learner;
import static io.engram.replay.contract.Shares.proportional;
import static io.engram.replay.contract.Shares.set;
import static io.engram.replay.contract.Shares.setAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Columns;
import io.engram.replay.InitialPriority;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SchemaException;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The priority of transitions that nobody has rated yet, and of those that their writer rates. */
public abstract class InitialPriorityContract extends MemoryContract {
    private static PriorityIndex initial(InitialPriority policy) {
        return PriorityIndex.proportional("default")
                .alpha(1)
                .epsilon(0)
                .initial(policy)
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void historicalMaximumStartsAtOneAndNeverFalls(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, proportional(1));
        StreamWriter writer = fill(memory, 1);
        Sampler sampler = learner(memory, 1);
        set(sampler, 0, 0.5);
        step(writer, 1, 2);
        set(sampler, 1, 3);
        step(writer, 2, 3);
        set(sampler, 1, 0.25);
        step(writer, 3, 4);
        set(sampler, 0, 2);
        step(writer, 4, 5);
        assertPriorities(memory, 2, 0.25, 3, 3, 3);
    }

    @Test
    void historicalMaximumIsKeptWhenItsTransitionIsGone() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 3, proportional(1));
        StreamWriter writer = fill(memory, 2);
        Sampler sampler = learner(memory, 1);
        set(sampler, 0, 6);
        for (int i = 2; i < 9; i++) {
            step(writer, i, i + 1);
        }
        set(sampler, 7, 5);
        assertPrioritiesFrom(memory, 7, 5, 6);
    }

    @Test
    void historicalMaximumIncludesEpsilon() {
        ReplayMemory memory = longs(
                RowLayout.ARRIVAL,
                20,
                PriorityIndex.proportional("default").alpha(1).epsilon(0.5).build());
        StreamWriter writer = fill(memory, 1);
        Sampler sampler = learner(memory, 1);
        sampler.updateTdErrors(sampler.sample(sampler.newBatch()), new float[] {-2});
        step(writer, 1, 2);
        assertPriorities(memory, 2.5, 2.5);
    }

    @ParameterizedTest
    @EnumSource
    void recentMaximumForgetsAnOutlierInTheEnd(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, initial(InitialPriority.recentMaximum(3)));
        StreamWriter writer = fill(memory, 1);
        Sampler sampler = learner(memory, 1);
        // The outlier is the last of its run, so that it is forgotten as early as can be.
        set(sampler, 0, 0.5);
        step(writer, 1, 2);
        set(sampler, 0, 0.25);
        set(sampler, 0, 8);
        set(sampler, 0, 2);
        set(sampler, 0, 1.5);
        step(writer, 2, 3);
        set(sampler, 0, 1);
        // Three updates after it.
        step(writer, 3, 4);
        set(sampler, 0, 0.125);
        step(writer, 4, 5);
        assertPriorities(memory, 0.125, 0.5, 8, 2, 2);
    }

    @Test
    void recentMaximumRemembersAtMostTwiceTheWindow() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 20, initial(InitialPriority.recentMaximum(3)));
        StreamWriter writer = fill(memory, 1);
        Sampler sampler = learner(memory, 1);
        set(sampler, 0, 8);
        for (int i = 0; i < 4; i++) {
            set(sampler, 0, 0.25);
        }
        step(writer, 1, 2);
        set(sampler, 0, 0.25);
        step(writer, 2, 3);
        assertPriorities(memory, 0.25, 8, 0.25);
    }

    @Test
    void recentMaximumCountsTransitionsNotCalls() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 20, initial(InitialPriority.recentMaximum(4)));
        StreamWriter writer = fill(memory, 4);
        Sampler sampler = learner(memory, 1);
        setAll(sampler, 1, 7, 1, 1);
        step(writer, 4, 5);
        setAll(sampler, 0.5f, 0.25f, 0.5f, 0.5f);
        step(writer, 5, 6);
        assertPriorities(memory, 0.5, 0.25, 0.5, 0.5, 7, 0.5);
    }

    @ParameterizedTest
    @EnumSource
    void fixedPriorityIsAlwaysTheSame(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, initial(InitialPriority.fixed(0.75)));
        StreamWriter writer = fill(memory, 2);
        Sampler sampler = learner(memory, 1);
        set(sampler, 0, 6);
        step(writer, 2, 3);
        assertPriorities(memory, 6, 0.75, 0.75);
    }

    @ParameterizedTest
    @EnumSource
    void fixedPriorityOfZeroHidesTransitionsUntilTheyAreUpdated(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, initial(InitialPriority.fixed(0)));
        StreamWriter writer = fill(memory, 2);
        Sampler sampler = learner(memory, 1);
        assertThat(sampler.trySample(sampler.newBatch())).isFalse();
        set(sampler, 1, 6);
        assertPriorities(memory, 0, 6);
        step(writer, 2, 3);
        assertPriorities(memory, 0, 6, 0);
    }

    @ParameterizedTest
    @EnumSource
    void writerRatesItsNextTransitionInEveryIndex(RowLayout layout) {
        ReplayMemory memory = longs(
                layout,
                20,
                proportional(1),
                PriorityIndex.proportional("fixed")
                        .alpha(0.5)
                        .initial(InitialPriority.fixed(1))
                        .build());
        try (StreamWriter writer = memory.writer("a");
                StreamWriter other = memory.writer("b")) {
            begin(writer, 0);
            begin(other, 0);
            writer.prioritize(100);
            writer.prioritize(4);
            long otherStart = step(other, 0, 1) - (layout == RowLayout.ARRIVAL ? 1 : 0);
            long rated = step(writer, 0, 1) - (layout == RowLayout.ARRIVAL ? 3 : 0);
            long unrated = step(writer, 1, 2) - (layout == RowLayout.ARRIVAL ? 1 : 0);
            writer.prioritize(0);
            step(writer, 2, 3);
            long one = 1 << 20;
            Shares.assertMasses(memory, "default", Map.of(otherStart, one, rated, 4 * one, unrated, 4 * one));
            Shares.assertMasses(memory, "fixed", Map.of(otherStart, one, rated, 2 * one, unrated, one));
            assertThat(memory.stats().priorityUpdates()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void ratingIsForgottenWithTheEpisode(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, initial(InitialPriority.fixed(1)));
        try (StreamWriter writer = memory.writer("a")) {
            writer.prioritize(9);
            begin(writer, 0);
            step(writer, 0, 1);
            writer.prioritize(9);
            begin(writer, 0);
            step(writer, 0, 1);
            writer.prioritize(9);
            writer.abandon();
            begin(writer, 0);
            step(writer, 0, 1, true, false);
            writer.prioritize(9);
        }
        try (StreamWriter writer = memory.writer("a")) {
            begin(writer, 0);
            step(writer, 0, 1);
        }
        assertThat(Shares.of(memory, "default").values()).containsExactly(0.25, 0.25, 0.25, 0.25);
    }

    @ParameterizedTest
    @EnumSource
    void ratingOutlivesAStepThatFails(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, initial(InitialPriority.fixed(1)));
        try (StreamWriter writer = memory.writer("a")) {
            begin(writer, 0);
            step(writer, 0, 1);
            writer.prioritize(3);
            assertThatThrownBy(() -> writer.step(false, false)).isInstanceOf(SchemaException.class);
            step(writer, 1, 2);
            step(writer, 2, 3);
        }
        assertPriorities(memory, 1, 3, 1);
    }

    @Test
    void badRatingIsRefusedAndTheOneBeforeIsKept() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 20, initial(InitialPriority.fixed(1)));
        try (StreamWriter writer = memory.writer("a")) {
            begin(writer, 0);
            step(writer, 0, 1);
            writer.prioritize(3);
            for (double bad :
                    new double[] {Double.NaN, -1, -Double.MIN_VALUE, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
                    }) {
                assertThatThrownBy(() -> writer.prioritize(bad))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContainingAll("priority=" + bad, "'a'");
            }
            step(writer, 1, 2);
        }
        assertPriorities(memory, 1, 3);
    }

    @ParameterizedTest
    @EnumSource
    void bulkWritersGiveTheInitialPriorityToo(RowLayout layout) {
        ReplayMemory memory = longs(layout, 40, proportional(1));
        try (StreamWriter rating = memory.writer("rating");
                StreamWriter writer = memory.writer("a");
                VectorWriter vector = memory.vectorWriter(List.of("b", "c"))) {
            begin(rating, 0);
            step(rating, 0, 1);
            rating.prioritize(2);
            step(rating, 0, 1);
            writer.stepAll(Columns.allocate(memory.schema(), 3), 3);
            writer.prioritize(8);
            writer.stepAll(Columns.allocate(memory.schema(), 2), 2);
            Columns lanes = vector.newColumns();
            vector.begin(lanes);
            vector.step(lanes);
        }
        // 1, 2, three times 2, then 8 by the rating, 8 after it, and 8 on both lanes.
        assertThat(Shares.of(memory, "default").values().stream()
                        .map(share -> StrictMath.round(share * 41))
                        .sorted())
                .containsExactly(1L, 2L, 2L, 2L, 2L, 8L, 8L, 8L, 8L);
    }

    @Test
    void clampedRatingIsCounted() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 20, proportional(1));
        try (StreamWriter writer = memory.writer("a")) {
            begin(writer, 0);
            writer.prioritize(1e300);
            step(writer, 0, 1);
            writer.prioritize(Double.MIN_VALUE);
            step(writer, 1, 2);
        }
        assertThat(memory.stats().clampedPriorities()).isEqualTo(2);
    }
}
