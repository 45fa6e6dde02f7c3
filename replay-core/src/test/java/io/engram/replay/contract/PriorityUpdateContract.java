package io.engram.replay.contract;

import static io.engram.replay.contract.Shares.assertPriorities;
import static io.engram.replay.contract.Shares.assertPrioritiesFrom;
import static io.engram.replay.contract.Shares.capacityFor;
import static io.engram.replay.contract.Shares.counters;
import static io.engram.replay.contract.Shares.fill;
import static io.engram.replay.contract.Shares.learner;
import static io.engram.replay.contract.Shares.proportional;
import static io.engram.replay.contract.Shares.set;
import static io.engram.replay.contract.Shares.setAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SamplerState;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.internal.priority.Leaves;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What updates of priorities change, and what they must not. */
public abstract class PriorityUpdateContract extends MemoryContract {
    private static final int COUNT = 9;

    @ParameterizedTest
    @EnumSource
    void exactlyTheTransitionsOfPositivePriorityAreDrawn(RowLayout layout) {
        ReplayMemory memory = longs(layout, capacityFor(layout, COUNT), proportional(1));
        fill(memory, COUNT);
        Sampler sampler = learner(memory, 3);
        assertPriorities(memory, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        setAll(sampler, 0, 1, 0, 2.5f, 0.125f, 0, -0.0f, 10, 0);
        assertPriorities(memory, 0, 1, 0, 2.5, 0.125, 0, 0, 10, 0);
        set(sampler, 2, 7);
        set(sampler, 7, 0);
        assertPriorities(memory, 0, 1, 7, 2.5, 0.125, 0, 0, 0, 0);
        assertThat(counters(memory)).containsExactly(11L, 0L, 0L);
    }

    @ParameterizedTest
    @EnumSource
    void evictedTransitionIsNotDrawn(RowLayout layout) {
        ReplayMemory memory = longs(layout, capacityFor(layout, 5), proportional(1));
        StreamWriter writer = fill(memory, 5);
        Sampler sampler = learner(memory, 3);
        setAll(sampler, 20, 20, 2, 3, 4);
        step(writer, 5, 6);
        assertPrioritiesFrom(memory, 1, 20, 2, 3, 4, 20);
        step(writer, 6, 7);
        assertPrioritiesFrom(memory, 2, 2, 3, 4, 20, 20);
        for (int i = 7; i < 30; i++) {
            step(writer, i, i + 1);
        }
        assertPrioritiesFrom(memory, 25, 20, 20, 20, 20, 20);
    }

    @Test
    void rowsThatStartNoTransitionAreNotDrawn() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10, proportional(1));
        try (StreamWriter writer = memory.writer("a")) {
            begin(writer, 10);
            step(writer, 1, 11, true, false);
            begin(writer, 20);
            begin(writer, 30);
            step(writer, 1, 31);
        }
        Sampler sampler = learner(memory, 3);
        setAll(sampler, 1, 10, 10, 4, 10);
        assertPriorities(memory, 1, 0, 0, 4, 0);
        assertThat(counters(memory)).containsExactly(2L, 3L, 0L);
    }

    @ParameterizedTest
    @EnumSource
    void tdErrorsCountWithoutTheirSignsAndWithEpsilon(RowLayout layout) {
        ReplayMemory memory = longs(
                layout,
                capacityFor(layout, 4),
                PriorityIndex.proportional("default").alpha(1).epsilon(0.5).build());
        fill(memory, 4);
        Sampler sampler = learner(memory, 4);
        // Of four equal transitions, the four strata have one each.
        Batch batch = sampler.sample(sampler.newBatch());
        assertThat(sequences(batch)).containsExactly(0L, 1L, 2L, 3L);
        sampler.updateTdErrors(batch, new float[] {-3, 3, 0, -0.25f, Float.NaN});
        assertPriorities(memory, 3.5, 3.5, 0.5, 0.75);
        sampler.updatePriorities(batch, new float[] {3, 2, 0, 0.25f, Float.NaN});
        assertPriorities(memory, 3, 2, 0, 0.25);
        sampler.updatePriorities(
                batch.incarnation(), new long[] {3, 1}, new float[] {1, 0, -1, Float.POSITIVE_INFINITY});
        assertPriorities(memory, 3, 0, 0, 1);
    }

    @Test
    void tdErrorOfZeroIsStillDrawn() {
        ReplayMemory memory = longs(
                RowLayout.ARRIVAL,
                5,
                PriorityIndex.proportional("default").alpha(0.6).build());
        fill(memory, 4);
        Sampler sampler = learner(memory, 4);
        sampler.updateTdErrors(sampler.sample(sampler.newBatch()), new float[4]);
        assertThat(Shares.of(memory, "default")).containsOnlyKeys(0L, 1L, 2L, 3L);
    }

    @ParameterizedTest
    @EnumSource
    void badValueAnywhereChangesNothing(RowLayout layout) {
        ReplayMemory memory = longs(layout, capacityFor(layout, 4), proportional(1));
        StreamWriter writer = fill(memory, 4);
        Sampler sampler = learner(memory, 4);
        Batch batch = sampler.sample(sampler.newBatch());
        long[] sequences = {0, 1, 2, -7};
        setAll(sampler, 4, 3, 2, 1);
        List<Long> before = counters(memory);
        SamplerState state = sampler.state();
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -1e-30f}) {
            for (int place = 0; place < 4; place++) {
                float[] values = {9, 8, 1e30f, 6};
                values[place] = bad;
                refused(() -> sampler.updatePriorities(batch, values), "priorities[" + place + "]=" + bad);
                refused(
                        () -> sampler.updatePriorities(batch.incarnation(), sequences, values),
                        "priorities[" + place + "]=" + bad);
                if (!(bad < 0 && bad > Float.NEGATIVE_INFINITY)) {
                    refused(() -> sampler.updateTdErrors(batch, values), "tdErrors[" + place + "]=" + bad);
                }
            }
        }
        refused(() -> sampler.updatePriorities(batch, new float[] {9, 8, 7}), "given=3", "4 transitions");
        refused(() -> sampler.updateTdErrors(batch, new float[3]), "given=3", "4 transitions");
        refused(() -> sampler.updatePriorities(batch.incarnation(), sequences, new float[0]), "given=0");
        // Not even where all would be stale.
        refused(() -> sampler.updatePriorities(batch.incarnation() + 1, sequences, new float[] {1, 2, 3, -1}), "[3]");
        assertThat(counters(memory)).isEqualTo(before);
        assertThat(sampler.state()).isEqualTo(state);
        assertPriorities(memory, 4, 3, 2, 1);
        // Nor was anything taken for the largest priority.
        step(writer, 4, 5);
        assertPrioritiesFrom(memory, 1, 3, 2, 1, 4);
    }

    @ParameterizedTest
    @EnumSource
    void lastOfADuplicateWins(RowLayout layout) {
        ReplayMemory memory = longs(layout, capacityFor(layout, 3), proportional(1));
        StreamWriter writer = fill(memory, 3);
        Sampler sampler = learner(memory, 3);
        sampler.updatePriorities(
                sampler.newBatch().incarnation(), new long[] {0, 1, 0, 2, 1, 0}, new float[] {50, 6, 0, 7, 8, 9});
        assertPriorities(memory, 9, 8, 7);
        sampler.updatePriorities(sampler.newBatch().incarnation(), new long[] {2, 2, 1}, new float[] {5, 0, 4});
        assertPriorities(memory, 9, 4, 0);
        assertThat(memory.stats().staleUpdates()).isZero();
        // What lost was never set: not the largest priority either.
        step(writer, 3, 4);
        assertPrioritiesFrom(memory, 1, 4, 0, 9);
    }

    @ParameterizedTest
    @EnumSource
    void unknownSequencesChangeNothingAndAreCounted(RowLayout layout) {
        ReplayMemory memory = longs(layout, 7, proportional(1));
        fill(memory, 4);
        Sampler sampler = learner(memory, 3);
        setAll(sampler, 4, 3, 2, 1);
        int leaves = Leaves.count(7);
        long[] unknown = {
            -1,
            -2,
            -leaves,
            1L - leaves,
            Long.MIN_VALUE,
            Long.MIN_VALUE + 1,
            4,
            5,
            6,
            7,
            leaves,
            leaves + 1L,
            1L << 40,
            Long.MAX_VALUE,
            Long.MAX_VALUE - leaves
        };
        for (long sequence : unknown) {
            long stale = memory.stats().staleUpdates();
            set(sampler, sequence, 20);
            assertThat(memory.stats().staleUpdates())
                    .as("sequence=%d", sequence)
                    .isEqualTo(stale + 1);
        }
        assertPriorities(memory, 4, 3, 2, 1);
        long[] mixed = {-1, 2, leaves, 2};
        sampler.updatePriorities(sampler.newBatch().incarnation(), mixed, new float[] {50, 6, 70, 8});
        assertPriorities(memory, 4, 3, 8, 1);
        assertThat(memory.stats().staleUpdates()).isEqualTo(unknown.length + 2);
    }

    @ParameterizedTest
    @EnumSource
    void overwrittenTransitionsAreStale(RowLayout layout) {
        ReplayMemory memory = longs(layout, capacityFor(layout, 3), proportional(1));
        StreamWriter writer = fill(memory, 3);
        Sampler sampler = learner(memory, 3);
        Batch batch = sampler.sample(sampler.newBatch());
        step(writer, 3, 4);
        step(writer, 4, 5);
        sampler.updatePriorities(batch, new float[] {50, 60, 7});
        assertPrioritiesFrom(memory, 2, 7, 1, 1);
        assertThat(counters(memory)).containsExactly(1L, 2L, 0L);
        // Stale ones were not set: not the largest priority either.
        step(writer, 5, 6);
        assertPrioritiesFrom(memory, 3, 1, 1, 7);
        sampler.updatePriorities(batch, new float[] {1e30f, 1e30f, 1e30f});
        assertThat(counters(memory)).containsExactly(1L, 5L, 0L);
        assertPrioritiesFrom(memory, 3, 1, 1, 7);
    }

    @Test
    void handlesOfAnotherMemoryAreStale() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 5, proportional(1));
        ReplayMemory other = longs(RowLayout.ARRIVAL, 5, proportional(1));
        fill(memory, 4);
        fill(other, 4);
        Sampler sampler = learner(memory, 4);
        Sampler foreign = learner(other, 4);
        Batch batch = foreign.sample(foreign.newBatch());
        sampler.updatePriorities(batch, new float[] {2, 2, 2, 5});
        sampler.updateTdErrors(batch, new float[] {2, 2, 2, 5});
        assertPriorities(memory, 1, 1, 1, 1);
        assertThat(counters(memory)).containsExactly(0L, 8L, 0L);
        assertThat(counters(other)).containsExactly(0L, 0L, 0L);
    }

    @Test
    void batchOfAnySamplerOfTheMemoryCanBeUpdated() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 5, proportional(1));
        fill(memory, 4);
        Sampler sampler = learner(memory, 1);
        Sampler uniform = memory.sampler(SamplerSpec.uniform("uniform", 20).build());
        Batch batch = uniform.sample(uniform.newBatch());
        float[] priorities = new float[20];
        for (int row = 0; row < 20; row++) {
            priorities[row] = (float) (batch.sequence(row) + 2);
        }
        sampler.updatePriorities(batch, priorities);
        assertPriorities(memory, 2, 3, 4, 5);
    }

    @Test
    void prioritiesBeyondTheMassesAreClampedAndCounted() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 9, proportional(1));
        fill(memory, 6);
        Sampler sampler = learner(memory, 4);
        // The largest that fits, the smallest that rounds up to a mass of 1, nothing at all.
        setAll(sampler, 32768, 0x1p-21f, 0, 1);
        assertThat(memory.stats().clampedPriorities()).isZero();
        setAll(sampler, 32769, 1e30f, 1e-30f, 0x1p-22f, Float.MIN_VALUE, Float.MAX_VALUE);
        assertThat(memory.stats().clampedPriorities()).isEqualTo(6);
        for (int i : new int[] {1, 5}) {
            set(sampler, i, 0);
        }
        set(sampler, 0, 3 * 0x1p-20);
        // Masses 3, 0, 1, 1, 1, 0.
        assertPriorities(memory, 3 * 0x1p-20, 0, 0x1p-20, 0x1p-20, 0x1p-20, 0);
        assertThat(memory.stats().clampedPriorities()).isEqualTo(6);
    }

    @Test
    void uniformSamplerRefusesUpdatesAndItsBatchHasNoWeights() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 5, proportional(1));
        fill(memory, 4);
        Sampler sampler = memory.sampler(SamplerSpec.uniform("uniform", 2).build());
        Batch batch = sampler.sample(sampler.newBatch());
        float[] values = new float[2];
        for (Runnable update : List.<Runnable>of(
                () -> sampler.updateTdErrors(batch, values),
                () -> sampler.updatePriorities(batch, values),
                () -> sampler.updatePriorities(batch.incarnation(), new long[2], values))) {
            assertThatThrownBy(update::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll("'uniform'", "SamplerSpec.prioritized");
        }
        for (Runnable read : List.<Runnable>of(() -> batch.weight(0), () -> batch.probability(0), batch::weights)) {
            assertThatThrownBy(read::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("SamplerSpec.prioritized");
        }
        assertThat(counters(memory)).containsExactly(0L, 0L, 0L);
    }

    @Test
    void unknownIndexIsRefusedByName() {
        Schema schema = Schemas.longs(RowLayout.ARRIVAL);
        ReplayMemory memory = memory(
                schema,
                5,
                PriorityIndex.proportional("slow").build(),
                PriorityIndex.rankBased("fast").build());
        SamplerSpec spec = SamplerSpec.prioritized("learner", 2).build();
        assertThatThrownBy(() -> memory.sampler(spec))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'learner'", "'default'", "[fast, slow]");
        // The name stays free.
        memory.sampler(SamplerSpec.prioritized("learner", 2).index("slow").build());
        ReplayMemory none = memory(schema, 5);
        assertThat(none.priorityIndexes()).isEmpty();
        assertThatThrownBy(() -> none.sampler(spec))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'learner'", "'default'", "[]");
    }

    @Test
    void indexesAreListedByName() {
        PriorityIndex b = PriorityIndex.proportional("b").alpha(0.3).build();
        PriorityIndex a = PriorityIndex.rankBased("a").rerankEvery(3).build();
        PriorityIndex upper = PriorityIndex.proportional("B").build();
        assertThat(longs(RowLayout.ARRIVAL, 5, b, a, upper).priorityIndexes()).containsExactly(upper, a, b);
        assertThatThrownBy(() -> longs(
                        RowLayout.ARRIVAL, 5, b, a, PriorityIndex.rankBased("b").build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'b'");
    }

    @ParameterizedTest
    @EnumSource
    void indexesAreIndependent(RowLayout layout) {
        ReplayMemory memory = longs(
                layout,
                capacityFor(layout, 3),
                PriorityIndex.proportional("whole").alpha(1).build(),
                PriorityIndex.proportional("half").alpha(0.5).build(),
                PriorityIndex.proportional("none").alpha(0).build(),
                PriorityIndex.rankBased("rank").alpha(1).build());
        StreamWriter writer = fill(memory, 3);
        for (String name : List.of("whole", "half", "none")) {
            Sampler sampler =
                    memory.sampler(SamplerSpec.prioritized(name, 2).index(name).build());
            setAll(sampler, 4, 0, name.equals("half") ? 25 : 9);
        }
        long one = 1 << 20;
        Shares.assertMasses(memory, "whole", Map.of(0L, 4 * one, 2L, 9 * one));
        Shares.assertMasses(memory, "half", Map.of(0L, 2 * one, 2L, 5 * one));
        Shares.assertMasses(memory, "none", Map.of(0L, one, 2L, one));
        Shares.assertMasses(memory, "rank", Map.of(0L, one, 1L, one, 2L, one));
        step(writer, 3, 4);
        Shares.assertMasses(memory, "whole", Map.of(2L, 9 * one, 3L, 9 * one));
        Shares.assertMasses(memory, "half", Map.of(2L, 5 * one, 3L, 5 * one));
        Shares.assertMasses(memory, "none", Map.of(2L, one, 3L, one));
        Shares.assertMasses(memory, "rank", Map.of(1L, one, 2L, one, 3L, one));
    }

    @Test
    void closedSamplerAndClosedMemoryRefuseUpdates() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 5, proportional(1));
        fill(memory, 4);
        Sampler closed = memory.sampler(SamplerSpec.prioritized("closed", 2).build());
        Sampler open = learner(memory, 2);
        Batch batch = closed.sample(closed.newBatch());
        float[] values = new float[2];
        closed.close();
        assertClosed(closed, batch, values);
        assertPriorities(memory, 1, 1, 1, 1);
        memory.close();
        assertClosed(open, batch, values);
    }

    private static void assertClosed(Sampler sampler, Batch batch, float[] values) {
        for (Runnable update : List.<Runnable>of(
                () -> sampler.updateTdErrors(batch, values),
                () -> sampler.updatePriorities(batch, values),
                () -> sampler.updatePriorities(batch.incarnation(), new long[2], values))) {
            assertThatThrownBy(update::run).isInstanceOf(MemoryClosedException.class);
        }
    }

    private static void refused(Runnable update, String... parts) {
        assertThatThrownBy(update::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(parts);
    }
}
