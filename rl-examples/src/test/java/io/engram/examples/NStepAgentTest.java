package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.engram.replay.Field;
import io.engram.replay.NStep;
import io.engram.replay.ReplayMemory;
import io.engram.replay.StreamWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What agents learn from transitions over several steps, gamma being a half. */
class NStepAgentTest {
    private static final float[] REWARDS = {1, 2, 4, 8};

    /** The values of an episode's states, 10 to 50, are their first numbers, and the greatest. */
    private static final float[][] STATES = {
        {10, 1, 2, 3}, {20, 1, 2, 3}, {30, 1, 2, 3}, {40, 1, 2, 3}, {50, 1, 2, 3},
    };

    /**
     * Over three steps: 1 + 2/2 + 4/4 + 40/8, 2 + 4/2 + 8/4 + 50/8, 4 + 8/2 + 50/4 and 8 + 50/2, without the 50 if
     * that state is final. Over two: 1 + 2/2 + 30/4, 2 + 4/2 + 40/4, and the last two as before.
     */
    @ParameterizedTest
    @CsvSource({
        "3, false, false, 8 12.25 20.5 33",
        "3, false, true,  8 12.25 20.5 33",
        "3, true,  false, 8 6 8 8",
        "3, true,  true,  8 6 8 8",
        "2, false, true,  9.5 14 20.5 33",
        "2, true,  false, 9.5 14 8 8",
        "1, false, true,  11 17 24 33",
        "1, true,  false, 11 17 24 8",
        "9, false, true,  7.125 12.25 20.5 33",
        "9, true,  false, 4 6 8 8",
    })
    void targetsAreThoseComputedByHand(int n, boolean terminated, boolean truncated, String expected) {
        String[] byHand = expected.split(" ", -1);
        try (ReplayMemory memory = Agents.memory(MemoryKind.UNIFORM);
                Agent agent = agent(MemoryKind.UNIFORM, n, memory);
                NDManager scope = agent.manager.newSubManager()) {
            write(memory, terminated, truncated);
            // Another episode, to be kept apart.
            write(memory, true, false);
            agent.sampler.sample(agent.batch);
            NDArray values = agent.observations(scope, Agent.NEXT_OBSERVATION);
            float[] targets = Dqn.targets(
                            agent.tensor(scope, Field.REWARD),
                            agent.tensor(scope, NStep.DISCOUNT),
                            agent.tensor(scope, NStep.BOOTSTRAP).toType(DataType.FLOAT32, false),
                            values,
                            values)
                    .toFloatArray();
            boolean[] seen = new boolean[REWARDS.length];
            for (int row = 0; row < agent.batch.size(); row++) {
                int step = (int) agent.batch.sequence(row);
                if (step < REWARDS.length) {
                    seen[step] = true;
                    assertThat(targets[row]).as("step %d", step).isEqualTo(Float.parseFloat(byHand[step]));
                }
            }
            assertThat(seen).containsOnly(true);
        }
    }

    private static void write(ReplayMemory memory, boolean terminated, boolean truncated) {
        try (StreamWriter writer = memory.writer("by hand")) {
            writer.begin(STATES[0]);
            for (int i = 0; i < REWARDS.length; i++) {
                boolean last = i == REWARDS.length - 1;
                writer.step(i % 2, REWARDS[i], STATES[i + 1], last && terminated, last && truncated);
            }
        }
    }

    /** Each algorithm takes rewards, discounts and ends of three steps, not of one. */
    @ParameterizedTest
    @EnumSource
    void lossIsThatOfThreeSteps(MemoryKind kind) {
        double[] returns = {3, 6, 8, 8};
        double[] discounts = {0.125, 0, 0, 0};
        try (ReplayMemory memory = Agents.memory(kind);
                Agent agent = agent(kind, 3, memory)) {
            write(memory, true, false);
            double[] errors = new double[REWARDS.length];
            for (int i = 0; i < errors.length; i++) {
                float[] values = values(agent, STATES[i]);
                float[] next = values(agent, STATES[Math.min(i + 3, 4)]);
                errors[i] = values[i % 2] - returns[i] - discounts[i] * Math.max(next[0], next[1]);
            }
            agent.learn();
            double loss = 0;
            for (int row = 0; row < agent.batch.size(); row++) {
                double error = errors[(int) agent.batch.sequence(row)];
                double weight = kind == MemoryKind.UNIFORM ? 1 : agent.batch.weight(row);
                loss += weight * error * error / agent.batch.size();
            }
            assertThat(agent.lastLoss()).isCloseTo(loss, within(1e-5 * loss));
        }
    }

    /** What is learned does not depend on n where the actions do not matter: 8, 4 + 8/2, 2 + 8/2, 1 + 6/2. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void valuesOfAChainAreLearned(int n) {
        try (ReplayMemory memory = Agents.memory(MemoryKind.UNIFORM);
                Agent agent = agent(MemoryKind.UNIFORM, n, memory)) {
            float[][] states = new float[5][4];
            for (int i = 0; i < 4; i++) {
                states[i][i] = 1;
            }
            try (StreamWriter writer = memory.writer("by hand")) {
                for (int actions = 0; actions < 16; actions++) {
                    writer.begin(states[0]);
                    for (int i = 0; i < 4; i++) {
                        writer.step(actions >> i & 1, REWARDS[i], states[i + 1], i == 3, false);
                    }
                }
            }
            for (int i = 0; i < 400; i++) {
                agent.learn();
                if (i % 20 == 19) {
                    agent.target.copyFrom(agent.online);
                }
            }
            double[] expected = {4, 6, 8, 8};
            for (int i = 0; i < 4; i++) {
                float[] values = values(agent, states[i]);
                assertThat((double) values[0]).as("state %d", i).isCloseTo(expected[i], within(0.1));
                assertThat((double) values[1]).as("state %d", i).isCloseTo(expected[i], within(0.1));
            }
        }
    }

    private static float[] values(Agent agent, float[] state) {
        try (NDManager scope = agent.manager.newSubManager()) {
            return agent.online.forward(scope.create(state, new Shape(1, 4))).toFloatArray();
        }
    }

    private static Agent agent(MemoryKind kind, int n, ReplayMemory memory) {
        DqnSettings quick = Presets.quick();
        DqnSettings settings = new DqnSettings(
                quick.preset(),
                1,
                quick.hidden(),
                quick.replay(),
                new DqnSettings.Objective(0.5, n, true, false, DqnSettings.Objective.UNCLIPPED),
                quick.schedule());
        return Agents.make(kind, settings, 5, memory);
    }
}
