package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.replay.Batch;
import io.engram.replay.Prioritization;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapReplayMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrioritizedDqnTest {
    private static final int DRAWS = 1 << 16;

    @TempDir
    private Path directory;

    /** With two transitions that end their episodes: all follows from the values before. */
    @Test
    void lossIsWeightedAndTdErrorsBecomePriorities() {
        try (ReplayMemory memory = Agents.memory(MemoryKind.PRIORITIZED);
                Agent agent = Agents.make(MemoryKind.PRIORITIZED, 5, memory)) {
            float[][] states = {{0.1f, 0.2f, 0.3f, 0.4f}, {0.4f, 0.3f, 0.2f, 0.1f}};
            float[] rewards = {1, -3};
            double[] errors = new double[2];
            double[] masses = new double[2];
            try (StreamWriter writer = memory.writer("by hand")) {
                for (int i = 0; i < 2; i++) {
                    writer.begin(states[i]);
                    writer.prioritize(1 + 9 * i);
                    writer.step(1, rewards[i], states[1 - i], true, false);
                    errors[i] = value(agent, states[i]) - rewards[i];
                    masses[i] = Math.pow(Math.abs(errors[i]) + 1e-6, 0.6);
                }
            }
            agent.learn();
            double loss = 0;
            for (int row = 0; row < agent.batch.size(); row++) {
                double error = errors[(int) agent.batch.sequence(row)];
                loss += agent.batch.weight(row) * error * error / agent.batch.size();
            }
            assertThat(agent.batch.weight(0)).isNotEqualTo(agent.batch.weight(agent.batch.size() - 1));
            assertThat(agent.lastLoss()).isCloseTo(loss, within(1e-5));
            Map<Long, Double> probabilities = probabilities(memory);
            assertThat(probabilities.get(0L)).isCloseTo(masses[0] / (masses[0] + masses[1]), within(1e-5));
            assertThat(probabilities.get(1L)).isCloseTo(masses[1] / (masses[0] + masses[1]), within(1e-5));
        }
    }

    private static float value(Agent agent, float[] state) {
        try (var scope = agent.manager.newSubManager()) {
            var values = agent.online.forward(scope.create(state).expandDims(0));
            return values.toFloatArray()[1];
        }
    }

    @Test
    void betaRisesToOneOverTheRun() {
        DqnSettings.Schedule schedule = Presets.quick().schedule();
        assertThat(schedule.batches(999)).isZero();
        assertThat(schedule.batches(1_000)).isEqualTo(1);
        assertThat(schedule.batches(1_003)).isEqualTo(1);
        assertThat(schedule.batches(1_004)).isEqualTo(2);
        assertThat(Presets.zoo().schedule().batches(1_024)).isEqualTo(128);
        try (ReplayMemory memory = Agents.memory(MemoryKind.RANK);
                Agent agent = Agents.make(MemoryKind.RANK, 5, memory)) {
            Prioritization how = agent.sampler.spec().prioritization();
            assertThat(how.beta().beta(0)).isEqualTo(0.5);
            assertThat(how.beta().beta(schedule.batches(100_000))).isEqualTo(1);
            assertThat(how.beta().beta(schedule.batches(100_000) / 2)).isCloseTo(0.75, within(1e-4));
            Agents.train(agent, 1_400);
            assertThat(agent.sampler.state().batches()).isEqualTo(schedule.batches(1_400));
        }
    }

    @ParameterizedTest
    @EnumSource(names = "UNIFORM", mode = EnumSource.Mode.EXCLUDE)
    void prioritiesAreThereWhenTheMemoryIsOpenedAgain(MemoryKind kind) {
        Map<Long, Double> before;
        try (OffHeapReplayMemory memory = open(kind)) {
            try (Agent agent = Agents.make(kind, 5, memory)) {
                Agents.train(agent, 1_300);
            }
            before = probabilities(memory);
            assertThat(memory.stats().priorityUpdates()).isPositive();
        }
        assertThat(before.values().stream().distinct().count()).isGreaterThan(100);
        try (OffHeapReplayMemory memory = open(kind)) {
            assertThat(probabilities(memory).equals(before)).isTrue();
        }
    }

    /** Ranks are those of the moment, or reading them would depend on when they were last made. */
    private OffHeapReplayMemory open(MemoryKind kind) {
        PriorityIndex index = kind.priorities()[0];
        if (kind == MemoryKind.RANK) {
            index = PriorityIndex.rankBased(index.name())
                    .alpha(index.alpha())
                    .rerankEvery(1)
                    .build();
        }
        return OffHeapReplayMemory.builder(Agent.schema(new CartPole(new SplitMix64(0))), 5_000)
                .directory(directory.resolve("memory"))
                .priorities(index)
                .open();
    }

    /** Of every transition that is drawn in many draws. */
    static Map<Long, Double> probabilities(ReplayMemory memory) {
        Map<Long, Double> probabilities = new TreeMap<>();
        try (Sampler sampler =
                memory.sampler(SamplerSpec.prioritized("reader", DRAWS).build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            for (int row = 0; row < batch.size(); row++) {
                probabilities.put(batch.sequence(row), batch.probability(row));
            }
        }
        return probabilities;
    }

    /** The lesson stays small: what is not in both files. */
    @Test
    void differenceFromDqnIsSmall() throws IOException {
        Path sources = Path.of(System.getProperty("engram.root"), "rl-examples/src/main/java/io/engram/examples");
        List<String> dqn = Files.readAllLines(sources.resolve("Dqn.java"));
        List<String> added = Files.readAllLines(sources.resolve("PrioritizedDqn.java")).stream()
                .filter(line -> !dqn.contains(line))
                .toList();
        assertThat(added).hasSizeLessThan(30);
    }
}
