package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.ReplayMemory;
import io.engram.replay.StreamWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for an agent whatever its memory. */
class AgentTest {
    @ParameterizedTest
    @EnumSource
    void equalSeedsLearnEqualWeights(MemoryKind kind) {
        assertThat(trained(kind, 5)).isEqualTo(trained(kind, 5)).isNotEqualTo(trained(kind, 6));
    }

    private static String trained(MemoryKind kind, long seed) {
        try (ReplayMemory memory = Agents.memory(kind);
                Agent agent = Agents.make(kind, seed, memory)) {
            Agents.train(agent, 1_300);
            return agent.online().sha256();
        }
    }

    /** Both begin a new episode at step 1,300; one in the agent that was there, one in an agent made anew. */
    @ParameterizedTest
    @EnumSource
    void restoredAgentGoesOnBitForBit(MemoryKind kind) {
        Checkpoint.Builder saved = Checkpoint.builder();
        try (ReplayMemory memory = Agents.memory(kind);
                ReplayMemory twin = Agents.memory(kind)) {
            try (Agent agent = Agents.make(kind, 5, memory)) {
                Agents.train(agent, 1_300);
                agent.save(saved);
            }
            try (Agent uninterrupted = Agents.make(kind, 5, twin);
                    Agent restored = Agents.make(kind, 99, memory)) {
                Agents.train(uninterrupted, 1_300);
                Agents.train(uninterrupted, 1_600);
                restored.restore(saved.build());
                assertThat(restored.step()).isEqualTo(1_300);
                Agents.train(restored, 1_600);
                assertThat(restored.online().sha256())
                        .isEqualTo(uninterrupted.online().sha256());
                assertThat(restored.sampler.state()).isEqualTo(uninterrupted.sampler.state());
            }
        }
    }

    /** The same transition under all four pairs of flags, learned from once. */
    @ParameterizedTest
    @EnumSource
    void onlyTerminationEndsBootstrapping(MemoryKind kind) {
        String inEpisode = learnedFromOneStep(kind, false, false);
        String terminated = learnedFromOneStep(kind, true, false);
        assertThat(learnedFromOneStep(kind, false, true)).isEqualTo(inEpisode);
        assertThat(learnedFromOneStep(kind, true, true)).isEqualTo(terminated);
        assertThat(terminated).isNotEqualTo(inEpisode);
    }

    private static String learnedFromOneStep(MemoryKind kind, boolean terminated, boolean truncated) {
        try (ReplayMemory memory = Agents.memory(kind);
                Agent agent = Agents.make(kind, 5, memory)) {
            try (StreamWriter writer = memory.writer("by hand")) {
                writer.begin(new float[] {0.1f, 0.2f, 0.3f, 0.4f});
                writer.step(1, 1, new float[] {0.4f, 0.3f, 0.2f, 0.1f}, terminated, truncated);
            }
            agent.learn();
            return agent.online().sha256();
        }
    }

    @ParameterizedTest
    @EnumSource
    void memoryGetsEveryStep(MemoryKind kind) {
        List<Integer> lengths = new ArrayList<>();
        try (ReplayMemory memory = Agents.memory(kind);
                Agent agent = Agents.make(kind, 5, memory)) {
            agent.train(new Agents.StopAt(agent, 900) {
                @Override
                public void episodeEnded(double episodeReturn, int episodeLength) {
                    assertThat(episodeReturn).isEqualTo(episodeLength);
                    lengths.add(episodeLength);
                }
            });
            assertThat(memory.stats().appendedRows()).isEqualTo(900);
            assertThat(lengths.stream().mapToInt(Integer::intValue).sum()).isLessThanOrEqualTo(900);
            assertThat(lengths).hasSizeGreaterThan(20);
        }
    }
}
