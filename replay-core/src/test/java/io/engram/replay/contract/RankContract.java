package io.engram.replay.contract;

import static io.engram.replay.contract.Shares.fill;
import static io.engram.replay.contract.Shares.learner;
import static io.engram.replay.contract.Shares.set;
import static io.engram.replay.contract.Shares.setAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.StreamWriter;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How rank-based indexes rank, and what is drawn between rankings. */
public abstract class RankContract extends MemoryContract {
    private static final double ALPHA = 0.7;

    private static PriorityIndex ranked(long rerankEvery) {
        return PriorityIndex.rankBased("default")
                .alpha(ALPHA)
                .epsilon(0)
                .rerankEvery(rerankEvery)
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void allHaveRankOneBeforeTheFirstRanking(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, ranked(100));
        StreamWriter writer = fill(memory, 5);
        assertRanks(memory, 1, 1, 1, 1, 1);
        Sampler sampler = learner(memory, 1);
        set(sampler, 1, 50);
        set(sampler, 2, 0.5);
        set(sampler, 3, 0);
        assertRanks(memory, 1, 1, 1, 0, 1);
        step(writer, 5, 6);
        assertRanks(memory, 1, 1, 1, 0, 1, 1);
    }

    @ParameterizedTest
    @EnumSource
    void rankingIsByPriority(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, ranked(0));
        fill(memory, 6);
        // As many as there are transitions.
        setAll(learner(memory, 1), 0.3f, 7, 0, 1e-30f, 1e30f, 2);
        assertRanks(memory, 4, 2, 0, 5, 1, 3);
        assertThat(memory.stats().clampedPriorities()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void betweenRankingsOnlyTheUpdatedRankChanges(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, ranked(0));
        StreamWriter writer = fill(memory, 6);
        Sampler sampler = learner(memory, 1);
        setAll(sampler, 6, 5, 4, 3, 2, 1);
        assertRanks(memory, 1, 2, 3, 4, 5, 6);
        set(sampler, 0, 0.5);
        assertRanks(memory, 7, 2, 3, 4, 5, 6);
        set(sampler, 1, 3.5);
        assertRanks(memory, 7, 4, 3, 4, 5, 6);
        set(sampler, 1, 3);
        assertRanks(memory, 7, 4, 3, 4, 5, 6);
        set(sampler, 2, 100);
        assertRanks(memory, 7, 4, 1, 4, 5, 6);
        // A new transition has the largest priority.
        step(writer, 6, 7);
        assertRanks(memory, 7, 4, 1, 4, 5, 6, 1);
        set(sampler, 5, 0);
        assertRanks(memory, 7, 4, 1, 4, 5, 0, 1);
    }

    @Test
    void rankingIsDueWithinTheUpdateThatFillsItsCount() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 20, ranked(3));
        fill(memory, 6);
        Sampler sampler = learner(memory, 1);
        setAll(sampler, 6, 5);
        assertRanks(memory, 1, 1, 1, 1, 1, 1);
        // What is stale does not count.
        set(sampler, 19, 5);
        assertRanks(memory, 1, 1, 1, 1, 1, 1);
        set(sampler, 5, 4);
        // The others have priority 1, and those that lie later rank higher.
        assertRanks(memory, 1, 2, 6, 5, 4, 3);
        // Counted from there, more than are needed in one call.
        set(sampler, 0, 0.5);
        set(sampler, 0, 0.5);
        assertRanks(memory, 7, 2, 6, 5, 4, 3);
        setAll(sampler, 0.5f, 1, 2, 3, 4, 5);
        assertRanks(memory, 6, 5, 4, 3, 2, 1);
    }

    @Test
    void duplicatesCountOnceTowardsTheNextRanking() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 20, ranked(3));
        fill(memory, 4);
        Sampler sampler = learner(memory, 1);
        sampler.updatePriorities(sampler.newBatch().incarnation(), new long[] {0, 0, 0}, new float[] {9, 9, 2});
        assertRanks(memory, 1, 1, 1, 1);
        setAll(sampler, 2, 3);
        assertRanks(memory, 2, 1, 4, 3);
    }

    @ParameterizedTest
    @EnumSource
    void fewTransitionsAreRankedAfterAsManyUpdatesAsThereAre(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, ranked(1000));
        StreamWriter writer = fill(memory, 3);
        Sampler sampler = learner(memory, 1);
        setAll(sampler, 2, 3);
        assertRanks(memory, 1, 1, 1);
        set(sampler, 2, 4);
        assertRanks(memory, 3, 2, 1);
        step(writer, 3, 4);
        setAll(sampler, 9, 8, 7);
        assertRanks(memory, 1, 1, 1, 1);
        set(sampler, 3, 8.5);
        assertRanks(memory, 1, 3, 4, 2);
    }

    @Test
    void evictedTransitionsLeaveTheirRanksEmptyUntilTheNextRanking() {
        ReplayMemory memory = longs(RowLayout.SELF_CONTAINED, 4, ranked(0));
        StreamWriter writer = fill(memory, 4);
        Sampler sampler = learner(memory, 1);
        setAll(sampler, 9, 8, 7, 6);
        step(writer, 4, 5);
        assertRanksFrom(memory, 1, 2, 3, 4, 1);
        step(writer, 5, 6);
        assertRanksFrom(memory, 2, 3, 4, 1, 1);
        set(sampler, 2, 1);
        set(sampler, 3, 2);
        set(sampler, 4, 3);
        assertRanksFrom(memory, 2, 5, 5, 5, 1);
        set(sampler, 5, 4);
        assertRanksFrom(memory, 2, 4, 3, 2, 1);
    }

    @Test
    void masslessAlphaRanksAllAlike() {
        ReplayMemory memory = longs(
                RowLayout.ARRIVAL,
                20,
                PriorityIndex.rankBased("default").alpha(0).build());
        fill(memory, 4);
        setAll(learner(memory, 1), 9, 0, 3, 1);
        assertThat(Shares.of(memory, "default").values())
                .hasSize(3)
                .allSatisfy(share -> assertThat(share).isCloseTo(1.0 / 3, within(1e-12)));
    }

    @Test
    void manyAreRankedExactly() {
        int count = 400;
        ReplayMemory memory = longs(RowLayout.ARRIVAL, count + 1, ranked(0));
        fill(memory, count);
        float[] priorities = new float[count];
        int[] ranks = new int[count];
        for (int i = 0; i < count; i++) {
            // A permutation, as 400 and 77 have no common divisor.
            ranks[i] = 1 + i * 77 % count;
            priorities[i] = 1f / ranks[i];
        }
        setAll(learner(memory, 1), priorities);
        assertRanks(memory, ranks);
    }

    @Test
    void indexesOfBothKindsShareAMemory() {
        ReplayMemory memory = longs(
                RowLayout.ARRIVAL,
                20,
                ranked(0),
                PriorityIndex.proportional("other").alpha(1).build());
        fill(memory, 3);
        setAll(learner(memory, 1), 2, 3, 1);
        assertRanks(memory, 2, 1, 3);
        assertThat(Shares.of(memory, "other").values()).containsExactly(1.0 / 3, 1.0 / 3, 1.0 / 3);
    }

    /** Transitions 0 to n - 1 have the masses of these ranks; 0 for no mass. */
    private static void assertRanks(ReplayMemory memory, int... ranks) {
        assertRanksFrom(memory, 0, ranks);
    }

    private static void assertRanksFrom(ReplayMemory memory, long first, int... ranks) {
        TreeMap<Long, Long> masses = new TreeMap<>();
        for (int i = 0; i < ranks.length; i++) {
            masses.put(
                    first + i,
                    ranks[i] == 0 ? 0 : StrictMath.round(StrictMath.pow((double) ranks[i], -ALPHA) * 0x1p35));
        }
        // A mass that is rounded the other way is off by 2^-35.
        Shares.assertMasses(memory, "default", masses, 1e-10);
    }
}
