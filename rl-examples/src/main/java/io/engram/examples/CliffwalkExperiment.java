package io.engram.examples;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StagedField;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.Storage;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;

/**
 * How many updates Q-learning needs on the {@link BlindCliffwalk}, by how the transitions to learn from are chosen. All
 * that can happen is stored before learning begins: each sequence of actions once, in random order, each an episode. An
 * update learns from one transition, with a step of 1/4 and, as in the paper, without importance weights: in a table
 * they would only scale the step.
 *
 * <p>One memory serves all methods: the samplers draw from the same rows, each by priorities of its own.
 */
final class CliffwalkExperiment implements AutoCloseable {
    /** Learned when the mean squared error is below. */
    static final double GOAL = 1e-3;

    private static final String NEXT_OBSERVATION = Schema.NEXT + Field.OBSERVATION;
    /** Updates for each stored transition after which nothing more is expected; uniform sampling needs about 14. */
    private static final long PATIENCE = 1_000;

    private final BlindCliffwalk walk;
    private final long samplerSeed;
    private final long valueSeed;
    private final int[] sequences;
    private final ReplayMemory memory;

    /** Stores everything; equal seeds give equal numbers. */
    CliffwalkExperiment(BlindCliffwalk walk, long seed) {
        SplitMix64 seeds = new SplitMix64(seed);
        this.walk = walk;
        this.sequences = walk.shuffledSequences(new SplitMix64(seeds.nextLong()));
        this.samplerSeed = seeds.nextLong();
        this.valueSeed = seeds.nextLong();
        Schema schema = Schema.builder()
                .observation(DType.I32)
                .action(DType.I32)
                .reward()
                .rowLayout(RowLayout.SELF_CONTAINED)
                .build();
        PriorityIndex[] priorities = Arrays.stream(CliffwalkMethod.values())
                .map(method -> method.priorities(walk))
                .filter(Objects::nonNull)
                .toArray(PriorityIndex[]::new);
        memory = OffHeapReplayMemory.builder(schema, walk.transitions())
                .storage(Storage.VOLATILE)
                .priorities(priorities)
                .open();
        try (StreamWriter writer = memory.writer("all sequences")) {
            StagedField observation = writer.field(Field.OBSERVATION);
            StagedField action = writer.field(Field.ACTION);
            StagedField reward = writer.field(Field.REWARD);
            for (int sequence : sequences) {
                observation.set(0);
                writer.begin();
                for (BlindCliffwalk.Transition step : episode(sequence)) {
                    action.set(step.action());
                    reward.set(step.reward());
                    observation.set(step.nextState());
                    writer.step(step.terminated(), false);
                }
            }
        }
    }

    private List<BlindCliffwalk.Transition> episode(int sequence) {
        List<BlindCliffwalk.Transition> steps = new ArrayList<>();
        BlindCliffwalk.Transition step;
        int state = 0;
        do {
            step = walk.step(state, sequence >> state & 1);
            steps.add(step);
            state = step.nextState();
        } while (!step.terminated());
        return steps;
    }

    /** The memory, for tests. */
    ReplayMemory memory() {
        return memory;
    }

    /** How many updates a method needs. For sampling by priorities only once, as these stay. */
    long updates(CliffwalkMethod method) {
        CliffwalkValues values = new CliffwalkValues(walk, new SplitMix64(valueSeed));
        return switch (method) {
            case UNIFORM -> {
                try (Sampler sampler = memory.sampler(
                        SamplerSpec.uniform(method.label(), 1).seed(samplerSeed).build())) {
                    yield updates(values, new Drawn(sampler, false));
                }
            }
            case RANK, PROPORTIONAL, FULLY_PROPORTIONAL -> {
                try (Sampler sampler = memory.sampler(SamplerSpec.prioritized(method.label(), 1)
                        .index(method.indexName())
                        .seed(samplerSeed)
                        .build())) {
                    yield updates(values, new Drawn(sampler, true));
                }
            }
            case GREEDY -> updates(values, new Greedy());
            case ORACLE -> updates(values, new Oracle(values));
        };
    }

    private long updates(CliffwalkValues values, Choice choice) {
        long limit = PATIENCE * walk.transitions();
        long updates = 0;
        while (values.meanSquaredError() >= GOAL) {
            if (updates == limit) {
                throw new RunException("not learned after updates=" + updates + ": states=" + walk.states()
                        + ", mean squared error=" + values.meanSquaredError() + ", expected below " + GOAL);
            }
            choice.learned(values.learn(choice.next()));
            updates++;
        }
        return updates;
    }

    @Override
    public void close() {
        memory.close();
    }

    /** Chooses transitions, and is told the TD error of each. */
    private interface Choice {
        BlindCliffwalk.Transition next();

        void learned(double tdError);
    }

    /** What a sampler of the memory draws. */
    private static final class Drawn implements Choice {
        private final Sampler sampler;
        private final boolean prioritized;
        private final Batch batch;
        private final IntBuffer states;
        private final IntBuffer actions;
        private final FloatBuffer rewards;
        private final IntBuffer nextStates;
        private final float[] tdErrors = new float[1];

        Drawn(Sampler sampler, boolean prioritized) {
            this.sampler = sampler;
            this.prioritized = prioritized;
            batch = sampler.newBatch();
            states = batch.column(Field.OBSERVATION).ints();
            actions = batch.column(Field.ACTION).ints();
            rewards = batch.column(Field.REWARD).floats();
            nextStates = batch.column(NEXT_OBSERVATION).ints();
        }

        @Override
        public BlindCliffwalk.Transition next() {
            sampler.sample(batch);
            boolean terminated = batch.column(Schema.TERMINATED).buffer().get(0) != 0;
            return new BlindCliffwalk.Transition(
                    states.get(0), actions.get(0), rewards.get(0), nextStates.get(0), terminated);
        }

        @Override
        public void learned(double tdError) {
            if (prioritized) {
                tdErrors[0] = (float) tdError;
                sampler.updateTdErrors(batch, tdErrors);
            }
        }
    }

    /** The greatest absolute TD error as last seen; what was never seen comes first. */
    private final class Greedy implements Choice {
        private final PriorityQueue<Seen> seen =
                new PriorityQueue<>(Comparator.comparingDouble(Seen::size).reversed());
        private BlindCliffwalk.Transition chosen = walk.step(0, 0);

        Greedy() {
            for (int sequence : sequences) {
                episode(sequence).forEach(step -> seen.add(new Seen(step, Double.POSITIVE_INFINITY)));
            }
        }

        @Override
        public BlindCliffwalk.Transition next() {
            chosen = seen.remove().step();
            return chosen;
        }

        @Override
        public void learned(double tdError) {
            seen.add(new Seen(chosen, Math.abs(tdError)));
        }

        private record Seen(BlindCliffwalk.Transition step, double size) {}
    }

    /** The transition that lowers the error most; the first of equals. */
    private final class Oracle implements Choice {
        private final CliffwalkValues values;
        private final List<BlindCliffwalk.Transition> steps = new ArrayList<>();

        Oracle(CliffwalkValues values) {
            this.values = values;
            for (int state = 0; state < walk.states(); state++) {
                for (int action = 0; action < BlindCliffwalk.ACTIONS; action++) {
                    steps.add(walk.step(state, action));
                }
            }
        }

        @Override
        public BlindCliffwalk.Transition next() {
            BlindCliffwalk.Transition best = steps.get(0);
            for (BlindCliffwalk.Transition step : steps) {
                best = values.improvement(step) > values.improvement(best) ? step : best;
            }
            return best;
        }

        @Override
        public void learned(double tdError) {}
    }
}
