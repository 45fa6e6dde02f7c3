package io.engram.replay.contract;

import static io.engram.replay.contract.Shares.assertPriorities;
import static io.engram.replay.contract.Shares.capacityFor;
import static io.engram.replay.contract.Shares.fill;
import static io.engram.replay.contract.Shares.learner;
import static io.engram.replay.contract.Shares.mass;
import static io.engram.replay.contract.Shares.proportional;
import static io.engram.replay.contract.Shares.set;
import static io.engram.replay.contract.Shares.setAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.replay.Batch;
import io.engram.replay.BetaSchedule;
import io.engram.replay.Prioritization.Draw;
import io.engram.replay.Prioritization.Normalization;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SamplerState;
import io.engram.replay.StreamWriter;
import io.engram.replay.TooFewTransitionsException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a prioritized sampler promises, apart from how often it draws what. */
public abstract class PriorityDrawContract extends MemoryContract {
    private static final float[] PRIORITIES = {0.3f, 2, 0.01f, 0.7f, 5, 1, 0.7f};

    @ParameterizedTest
    @EnumSource
    void probabilitiesAreMassesOverTheirTotal(RowLayout layout) {
        for (double alpha : new double[] {0, 0.4, 0.6, 1, 1.7}) {
            ReplayMemory memory = rated(layout, alpha);
            double total = (double) total(alpha);
            for (Draw draw : Draw.values()) {
                Sampler sampler = memory.sampler(SamplerSpec.prioritized(draw.name(), 50)
                        .draw(draw)
                        .seed(3)
                        .build());
                Batch batch = sampler.sample(sampler.newBatch());
                for (int row = 0; row < batch.size(); row++) {
                    int sequence = (int) batch.sequence(row);
                    assertThat(batch.probability(row))
                            .isCloseTo((double) mass(PRIORITIES[sequence], alpha) / total, within(1e-12));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsOfABatchAreTheTransitionsOfItsHandles(RowLayout layout) {
        ReplayMemory memory = rated(layout, 0.5);
        Sampler sampler = learner(memory, 50);
        Batch batch = sampler.sample(sampler.newBatch());
        for (int row = 0; row < batch.size(); row++) {
            long sequence = batch.sequence(row);
            assertThat(text(batch, row)).isEqualTo(sequence + " " + sequence + " " + (sequence + 1));
        }
        assertThat(memory.stats().sampledTransitions()).isEqualTo(50);
    }

    @ParameterizedTest
    @EnumSource
    void weightsAreDividedAsTheSpecSays(Normalization normalization) {
        double alpha = 0.6;
        for (double beta : new double[] {0, 0.4, 1}) {
            ReplayMemory memory = rated(RowLayout.ARRIVAL, alpha);
            // The smallest mass that was ever there is gone.
            Sampler rater = learner(memory, 1);
            set(rater, 2, 0.001);
            set(rater, 2, PRIORITIES[2]);
            Sampler sampler = memory.sampler(SamplerSpec.prioritized("weights", 6)
                    .beta(BetaSchedule.constant(beta))
                    .normalization(normalization)
                    .seed(11)
                    .build());
            Batch batch = sampler.newBatch();
            for (int i = 0; i < 20; i++) {
                sampler.sample(batch);
                double least = Double.MAX_VALUE;
                for (int row = 0; row < batch.size(); row++) {
                    least = Math.min(least, batch.probability(row));
                }
                double bound = (double) mass((float) 0.001, alpha) / (double) total(alpha);
                double divisor = switch (normalization) {
                    case BATCH_MAXIMUM -> weight(least, beta);
                    case BUFFER_BOUND -> weight(bound, beta);
                    case NONE -> 1;
                };
                float largest = 0;
                for (int row = 0; row < batch.size(); row++) {
                    double expected = weight(batch.probability(row), beta) / divisor;
                    assertThat((double) batch.weight(row)).isCloseTo(expected, within(1e-6 * expected));
                    largest = Math.max(largest, batch.weight(row));
                }
                if (normalization == Normalization.BATCH_MAXIMUM) {
                    assertThat(largest).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void weightsAreThereAsABufferToo() {
        ReplayMemory memory = rated(RowLayout.ARRIVAL, 0.6);
        Sampler sampler = learner(memory, 9);
        Batch batch = sampler.newBatch();
        ByteBuffer weights = batch.weights();
        weights.position(3).limit(5);
        sampler.sample(batch);
        assertThat(batch.weights()).isSameAs(weights);
        weights.clear();
        assertThat(weights.isDirect()).isTrue();
        assertThat(weights.order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(weights.remaining()).isEqualTo(9 * Float.BYTES);
        for (int row = 0; row < 9; row++) {
            assertThat(weights.getFloat(row * Float.BYTES))
                    .isEqualTo(batch.weight(row))
                    .isPositive();
        }
    }

    @Test
    void betaGoesByTheBatchesFilled() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 20, proportional(1));
        Sampler sampler = memory.sampler(SamplerSpec.prioritized("learner", 2)
                .beta(BetaSchedule.linear(0.2, 0.8, 3))
                .normalization(Normalization.NONE)
                .build());
        Batch batch = sampler.newBatch();
        // What fills no batch does not count.
        assertThat(sampler.trySample(batch)).isFalse();
        fill(memory, 2);
        setAll(sampler, 1, 3);
        for (double beta : new double[] {0.2, 0.4, 0.6, 0.8, 0.8}) {
            sampler.sample(batch);
            for (int row = 0; row < 2; row++) {
                double expected = StrictMath.pow(2 * batch.probability(row), -beta);
                assertThat((double) batch.weight(row)).isCloseTo(expected, within(1e-6));
            }
        }
        assertThat(sampler.state().batches()).isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource
    void restoredStateContinuesDrawsAndBeta(Draw draw) {
        ReplayMemory memory = rated(RowLayout.ARRIVAL, 0.6);
        Sampler first = memory.sampler(spec("first", draw).seed(3).build());
        Sampler second = memory.sampler(spec("second", draw).seed(4).build());
        assertThat(first.state()).isEqualTo(new SamplerState(3, 0));
        Batch a = first.newBatch();
        Batch b = second.newBatch();
        for (int i = 0; i < 3; i++) {
            first.sample(a);
        }
        second.restore(first.state());
        for (int i = 0; i < 3; i++) {
            assertThat(sequences(second.sample(b))).isEqualTo(sequences(first.sample(a)));
            assertThat(b.weights()).isEqualTo(a.weights());
            assertThat(second.state()).isEqualTo(first.state());
        }
        assertThat(first.state().batches()).isEqualTo(6);
    }

    @Test
    void drawsAreTheSameInEveryReleaseOnEveryJdk() {
        ReplayMemory memory = rated(RowLayout.ARRIVAL, 0.6);
        List<List<Long>> drawn = new ArrayList<>();
        for (Draw draw : Draw.values()) {
            Sampler sampler = memory.sampler(spec(draw.name(), draw).seed(42).build());
            drawn.add(sequences(sampler.sample(sampler.newBatch())));
        }
        assertThat(drawn)
                .containsExactly(List.of(1L, 1L, 3L, 4L, 4L, 4L, 5L, 6L), List.of(4L, 1L, 2L, 3L, 0L, 5L, 1L, 5L));
    }

    @ParameterizedTest
    @EnumSource
    void massesThatAreAllZeroAreTooFew(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, proportional(1));
        fill(memory, 3);
        Sampler sampler = learner(memory, 2);
        Batch batch = sampler.newBatch();
        sampler.sample(batch);
        List<Long> before = sequences(batch);
        SamplerState state = sampler.state();
        setAll(sampler, 0, 0, 0);
        assertThat(sampler.trySample(batch)).isFalse();
        assertThatThrownBy(() -> sampler.sample(batch))
                .isInstanceOf(TooFewTransitionsException.class)
                .hasMessageContainingAll("'learner'", "size=");
        assertThat(sampler.state()).isEqualTo(state);
        assertThat(sequences(batch)).isEqualTo(before);
        assertThat(memory.stats().sampledBatches()).isEqualTo(1);
        // Uniform samplers do not look at priorities.
        Sampler uniform = memory.sampler(SamplerSpec.uniform("uniform", 2).build());
        assertThat(uniform.trySample(uniform.newBatch())).isTrue();
        set(sampler, 1, 0.001);
        assertThat(sequences(sampler.sample(batch))).containsOnly(1L);
        assertThat(batch.probability(1)).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void minSizeCountsRows(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20, proportional(1));
        Sampler sampler = memory.sampler(
                SamplerSpec.prioritized("learner", 2).seed(5).minSize(4).build());
        Batch batch = sampler.newBatch();
        assertThat(sampler.trySample(batch)).isFalse();
        int transitions = layout == RowLayout.ARRIVAL ? 2 : 3;
        StreamWriter writer = fill(memory, transitions);
        assertThat(sampler.trySample(batch)).isFalse();
        assertThat(sampler.state()).isEqualTo(new SamplerState(5, 0));
        step(writer, transitions, 0);
        assertThat(sampler.trySample(batch)).isTrue();
    }

    @Test
    void patientSamplerWaitsForAPositivePriority() throws InterruptedException {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 20, proportional(1));
        fill(memory, 3);
        Sampler rater = learner(memory, 1);
        setAll(rater, 0, 0, 0);
        Sampler sampler = memory.sampler(SamplerSpec.prioritized("patient", 2)
                .patience(Duration.ofDays(1_000_000))
                .build());
        Batch batch = sampler.newBatch();
        Thread learner = new Thread(() -> sampler.sample(batch));
        learner.start();
        SamplerContract.awaitWaiting(learner);
        set(rater, 2, 5);
        learner.join();
        assertThat(sequences(batch)).containsExactly(2L, 2L);
    }

    @ParameterizedTest
    @EnumSource
    void placesOfAStratifiedBatchDrawFromTheirShares(RowLayout layout) {
        ReplayMemory memory = rated(layout, 0.6);
        long total = total(0.6);
        for (int size : new int[] {1, 2, 3, 7, 32, 101}) {
            Sampler sampler = memory.sampler(
                    SamplerSpec.prioritized("size-" + size, size).seed(size).build());
            Batch batch = sampler.newBatch();
            for (int i = 0; i < 20; i++) {
                sampler.sample(batch);
                for (int place = 0; place < size; place++) {
                    int sequence = (int) batch.sequence(place);
                    long below = 0;
                    for (int j = 0; j < sequence; j++) {
                        below += mass(PRIORITIES[j], 0.6);
                    }
                    // The place's units of mass, first and last, against the transition's.
                    long first = place * total / size;
                    long last = ((place + 1) * total - 1) / size;
                    assertThat(below).as("place %d of %d", place, size).isLessThanOrEqualTo(last);
                    assertThat(below + mass(PRIORITIES[sequence], 0.6) - 1)
                            .as("place %d of %d", place, size)
                            .isGreaterThanOrEqualTo(first);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void equalSeedsGiveEqualBatchesAndOthersDoNot(Draw draw) {
        ReplayMemory memory = rated(RowLayout.ARRIVAL, 0.6);
        List<List<Long>> drawn = new ArrayList<>();
        for (long seed : new long[] {7, 7, 8}) {
            try (Sampler sampler =
                    memory.sampler(spec("learner", draw).seed(seed).build())) {
                Batch batch = sampler.newBatch();
                sampler.sample(batch);
                drawn.add(sequences(sampler.sample(batch)));
            }
        }
        assertThat(drawn.get(1)).isEqualTo(drawn.get(0)).isNotEqualTo(drawn.get(2));
    }

    @Test
    void uniformDrawsAreTheSameWithAndWithoutPriorities() {
        List<List<Long>> drawn = new ArrayList<>();
        for (ReplayMemory memory : List.of(longs(RowLayout.ARRIVAL, 8), longs(RowLayout.ARRIVAL, 8, proportional(1)))) {
            fill(memory, 12);
            Sampler sampler =
                    memory.sampler(SamplerSpec.uniform("uniform", 30).seed(6).build());
            drawn.add(sequences(sampler.sample(sampler.newBatch())));
        }
        assertThat(drawn.get(1)).isEqualTo(drawn.get(0));
    }

    @ParameterizedTest
    @EnumSource
    void streamsTakeTurnsAndWrapAround(RowLayout layout) {
        ReplayMemory memory = longs(layout, 11, proportional(1));
        StreamWriter a = memory.writer("a");
        StreamWriter b = memory.writer("b");
        begin(a, 0);
        begin(b, 0);
        for (int i = 0; i < 40; i++) {
            step(a, i, i + 1);
            step(b, i, i + 1);
        }
        Sampler sampler = learner(memory, 1);
        // Rows 71 to 81 with arrival rows, whose last two start nothing; 69 to 79 with self-contained ones.
        long tail = memory.stats().appendedRows() - 11;
        int count = layout == RowLayout.ARRIVAL ? 9 : 11;
        double[] priorities = new double[count];
        for (int i = 0; i < count; i++) {
            priorities[i] = i % 4;
            set(sampler, tail + i, i % 4);
        }
        Shares.assertPrioritiesFrom(memory, tail, priorities);
        assertThat(memory.stats().staleUpdates()).isZero();
    }

    @Test
    void firstTransitionOfAllIsDrawn() {
        ReplayMemory memory = longs(RowLayout.SELF_CONTAINED, 1, proportional(1));
        fill(memory, 1);
        assertPriorities(memory, 1);
        ReplayMemory arrival = longs(RowLayout.ARRIVAL, 2, proportional(1));
        fill(arrival, 1);
        assertPriorities(arrival, 1);
    }

    /** A sampler's spec with a batch of eight and a beta that grows. */
    private static SamplerSpec.Builder spec(String name, Draw draw) {
        return SamplerSpec.prioritized(name, 8).draw(draw).beta(BetaSchedule.linear(0, 1, 5));
    }

    private ReplayMemory rated(RowLayout layout, double alpha) {
        ReplayMemory memory = longs(layout, capacityFor(layout, PRIORITIES.length), proportional(alpha));
        fill(memory, PRIORITIES.length);
        try (Sampler rater = memory.sampler(SamplerSpec.prioritized("rater", 1).build())) {
            setAll(rater, PRIORITIES);
        }
        return memory;
    }

    private static long total(double alpha) {
        long total = 0;
        for (float priority : PRIORITIES) {
            total += mass(priority, alpha);
        }
        return total;
    }

    private static double weight(double probability, double beta) {
        return StrictMath.pow(PRIORITIES.length * probability, -beta);
    }
}
