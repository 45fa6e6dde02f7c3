package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.replay.Batch;
import io.engram.replay.BetaSchedule;
import io.engram.replay.InitialPriority;
import io.engram.replay.Prioritization;
import io.engram.replay.Prioritization.Draw;
import io.engram.replay.Prioritization.Normalization;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random histories and updates against {@link PriorityModel}: every draw is the one that the definitions demand. */
public abstract class PriorityHistoryContract extends MemoryContract {
    private static final int BATCH = 12;

    /** One of each kind and policy. */
    static PriorityIndex[] indexes() {
        return new PriorityIndex[] {
            PriorityIndex.proportional("historical").alpha(0.6).build(),
            PriorityIndex.proportional("recent")
                    .alpha(1)
                    .epsilon(0.01)
                    .initial(InitialPriority.recentMaximum(20))
                    .build(),
            PriorityIndex.proportional("hidden")
                    .alpha(0.5)
                    .epsilon(0)
                    .initial(InitialPriority.fixed(0))
                    .build(),
            PriorityIndex.rankBased("ranked").build(),
            PriorityIndex.rankBased("often")
                    .alpha(1)
                    .initial(InitialPriority.recentMaximum(7))
                    .rerankEvery(5)
                    .build()
        };
    }

    static Stream<Arguments> layoutsAndCapacities() {
        return Stream.of(RowLayout.values())
                .flatMap(layout -> Stream.of(1L, 2L, 3L, 7L, 50L, 200L).map(size -> Arguments.of(layout, size)));
    }

    @ParameterizedTest
    @MethodSource("layoutsAndCapacities")
    void drawsProbabilitiesAndWeightsAreThoseOfTheModel(RowLayout layout, long capacity) {
        for (long seed = 1; seed <= 3; seed++) {
            new Play(layout, capacity, seed).play();
        }
    }

    @ParameterizedTest
    @MethodSource("layoutsAndCapacities")
    void memoriesOfEqualHistoryAndUpdatesGiveEqualBatches(RowLayout layout, long capacity) {
        Schema schema = Schemas.small(layout);
        SamePrioritizedBatches.assertSameThroughAHistory(
                memory(schema, capacity, indexes()), memory(schema, capacity, indexes()), capacity, 120);
    }

    /** A memory, its model, and a sampler of each index. */
    private final class Play {
        private final String context;
        private final ReplayMemory memory;
        private final TransitionModel transitions;
        private final History history;
        private final SplitMix64 random;
        private final List<Learner> learners = new ArrayList<>();

        Play(RowLayout layout, long capacity, long seed) {
            context = "seed=" + seed + ", capacity=" + capacity + ", layout=" + layout;
            memory = longs(layout, capacity, indexes());
            int lanes = History.lanes(capacity);
            transitions = new TransitionModel(layout, History.STREAMS, lanes);
            MemoryActors actors = new MemoryActors(memory, History.STREAMS, lanes);
            history = new History(seed, layout, capacity, List.of(transitions, actors));
            random = new SplitMix64(~seed);
            for (PriorityIndex index : memory.priorityIndexes()) {
                Draw draw = random.nextInt(2) == 0 ? Draw.STRATIFIED : Draw.INDEPENDENT;
                Normalization normalization =
                        random.nextInt(2) == 0 ? Normalization.BATCH_MAXIMUM : Normalization.BUFFER_BOUND;
                Sampler sampler = memory.sampler(SamplerSpec.prioritized(index.name(), BATCH)
                        .index(index.name())
                        .seed(seed)
                        .draw(draw)
                        .beta(BetaSchedule.linear(0.4, 1, 30))
                        .normalization(normalization)
                        .build());
                learners.add(new Learner(index, sampler, new PriorityModel(index, capacity, transitions), seed));
            }
        }

        void play() {
            for (int i = 0; i < 40; i++) {
                history.play(random.nextInt(8));
                Map<Long, Actors.Step> held = new HashMap<>();
                transitions.held(memory.capacity()).forEach(each -> held.put(each.start(), each.step()));
                for (Learner learner : learners) {
                    learner.model.catchUp();
                    if (random.nextInt(4) > 0) {
                        learner.sample(context + ", round=" + i, held);
                    }
                    if (random.nextInt(3) > 0) {
                        learner.update(random, transitions.rows());
                    }
                }
            }
            assertThat(memory.stats().priorityUpdates())
                    .as(context)
                    .isEqualTo(learners.stream()
                            .mapToLong(each -> each.model.updates)
                            .sum());
            assertThat(memory.stats().staleUpdates())
                    .as(context)
                    .isEqualTo(learners.stream()
                            .mapToLong(each -> each.model.stale)
                            .sum());
        }
    }

    private static final class Learner {
        private final PriorityIndex index;
        private final Sampler sampler;
        private final Prioritization spec;
        private final Batch batch;
        private final PriorityModel model;
        private final SplitMix64 expected;
        private long batches;

        Learner(PriorityIndex index, Sampler sampler, PriorityModel model, long seed) {
            this.index = index;
            this.sampler = sampler;
            this.spec = Objects.requireNonNull(sampler.spec().prioritization());
            this.batch = sampler.newBatch();
            this.model = model;
            this.expected = new SplitMix64(seed);
        }

        void sample(String context, Map<Long, Actors.Step> held) {
            String where = context + ", index=" + index;
            if (model.total() == 0) {
                assertThat(sampler.trySample(batch)).as(where).isFalse();
            } else {
                List<Long> drawn = model.draw(spec.draw(), BATCH, expected);
                assertThat(sampler.trySample(batch)).as(where).isTrue();
                assertThat(sequences(batch)).as(where).isEqualTo(drawn);
                assertFigures(where);
                for (int row = 0; row < BATCH; row++) {
                    Actors.Step step = Objects.requireNonNull(held.get(batch.sequence(row)), where);
                    assertThat(batch.column("observation").longs().get(row))
                            .as(where)
                            .isEqualTo(value("observation", step.state()));
                    assertThat(batch.column("action").longs().get(row))
                            .as(where)
                            .isEqualTo(value("action", step.step()));
                }
                batches++;
            }
            assertThat(sampler.state().random()).as(where).isEqualTo(expected.state());
            assertThat(sampler.state().batches()).as(where).isEqualTo(batches);
        }

        private void assertFigures(String where) {
            long reference = model.leastMass();
            if (spec.normalization() == Normalization.BATCH_MAXIMUM) {
                reference =
                        sequences(batch).stream().mapToLong(model::mass).min().orElseThrow();
            }
            // One unit more or less by rounding is more where masses are large.
            double tolerance = index.kind() == PriorityIndex.Kind.RANK ? 1e-10 : 1e-12;
            for (int row = 0; row < BATCH; row++) {
                double mass = (double) model.mass(batch.sequence(row));
                assertThat(batch.probability(row))
                        .as(where)
                        .isCloseTo(mass / (double) model.total(), within(tolerance));
                double weight =
                        StrictMath.pow((double) reference / mass, spec.beta().beta(batches));
                assertThat((double) batch.weight(row)).as(where).isCloseTo(weight, within(1e-6 * weight));
            }
        }

        /** Updates some of the batch, some of its neighbours, some twice, and some that are not there. */
        void update(SplitMix64 random, long rows) {
            int count = random.nextInt(2 * BATCH);
            long[] handles = new long[count];
            float[] given = new float[count];
            double[] meant = new double[count];
            for (int i = 0; i < count; i++) {
                int choice = random.nextInt(10);
                handles[i] = choice < 3
                        ? rows - 1 - random.nextLong(rows + 5)
                        : choice < 8 ? rows - random.nextLong(20) : i == 0 ? -1 : handles[random.nextInt(i)];
                // Quarters, so that several are equal.
                given[i] = random.nextInt(3) == 0 ? 0 : random.nextInt(40) * 0.25f;
                meant[i] = given[i];
            }
            if (batches > 0 && random.nextInt(3) == 0) {
                handles = sequences(batch).stream().mapToLong(Long::longValue).toArray();
                float[] errors = new float[BATCH];
                double[] absolute = new double[BATCH];
                for (int i = 0; i < BATCH; i++) {
                    errors[i] = random.nextInt(80) * 0.25f - 10;
                    absolute[i] = Math.abs((double) errors[i]) + index.epsilon();
                }
                sampler.updateTdErrors(batch, errors);
                model.update(handles, absolute);
            } else {
                sampler.updatePriorities(batch.incarnation(), handles, given);
                model.update(handles, meant);
            }
        }

        private static long value(String field, long number) {
            return ByteBuffer.wrap(Values.bytes(Schemas.longs(RowLayout.ARRIVAL).field(field), number))
                    .order(ByteOrder.nativeOrder())
                    .getLong();
        }
    }
}
