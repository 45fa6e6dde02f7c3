package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Field;
import io.engram.replay.ReplayMemory;
import io.engram.replay.StreamWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
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
        assertThatRestoredAgentGoesOn(kind, Presets.quick());
    }

    @ParameterizedTest
    @EnumSource
    void restoredAgentGoesOnBitForBitOverThreeSteps(MemoryKind kind) {
        assertThatRestoredAgentGoesOn(kind, Presets.quick().withNStep(3));
    }

    private static void assertThatRestoredAgentGoesOn(MemoryKind kind, DqnSettings settings) {
        Checkpoint.Builder saved = Checkpoint.builder();
        try (ReplayMemory memory = Agents.memory(kind);
                ReplayMemory twin = Agents.memory(kind)) {
            try (Agent agent = Agents.make(kind, settings, 5, memory)) {
                Agents.train(agent, 1_300);
                agent.save(saved);
            }
            try (Agent uninterrupted = Agents.make(kind, settings, 5, twin);
                    Agent restored = Agents.make(kind, settings, 99, memory)) {
                Agents.train(uninterrupted, 1_300);
                uninterrupted.begin();
                Agents.train(uninterrupted, 1_600);
                restored.restore(saved.build(), ResumeMode.KEEP);
                assertThat(restored.step()).isEqualTo(1_300);
                Agents.train(restored, 1_600);
                assertThat(restored.online().sha256())
                        .isEqualTo(uninterrupted.online().sha256());
                assertThat(restored.sampler.state()).isEqualTo(uninterrupted.sampler.state());
            }
        }
    }

    /** As above, but with images: small batches from step 40 on. */
    @Test
    void restoredAgentThatSeesImagesGoesOnBitForBit() {
        DqnSettings quick = Presets.catchQuick();
        DqnSettings settings = new DqnSettings(
                quick.preset(),
                quick.frames(),
                List.of(32),
                new DqnSettings.Replay(5_000, 8, MemoryKind.UNIFORM, 1_000),
                quick.objective(),
                new DqnSettings.Schedule(
                        40,
                        4,
                        1,
                        50,
                        new DqnSettings.Line(1, 0.5, 90),
                        quick.schedule().learningRate()));
        Checkpoint.Builder saved = Checkpoint.builder();
        try (ReplayMemory memory = Agents.imageMemory();
                ReplayMemory twin = Agents.imageMemory()) {
            try (Agent agent = Agents.makeCatch(settings, 5, memory)) {
                Agents.train(agent, 90);
                agent.save(saved);
            }
            try (Agent uninterrupted = Agents.makeCatch(settings, 5, twin);
                    Agent restored = Agents.makeCatch(settings, 99, memory)) {
                Agents.train(uninterrupted, 90);
                uninterrupted.begin();
                Agents.train(uninterrupted, 150);
                assertThat(restored.online().sha256())
                        .isNotEqualTo(uninterrupted.online().sha256());
                restored.restore(saved.build(), ResumeMode.KEEP);
                Agents.train(restored, 150);
                assertThat(restored.online().sha256())
                        .isEqualTo(uninterrupted.online().sha256());
            }
        }
    }

    /** A row a frame, the last of an episode among them; the images are those that were shown. */
    @Test
    void imagesAreStoredOnceAndDrawnAsTheyWere() {
        try (ReplayMemory memory = Agents.imageMemory();
                Agent agent = Agents.makeCatch(Presets.catchQuick(), 5, memory)) {
            Agents.train(agent, 90);
            assertThat(memory.stats().appendedRows()).isEqualTo(90 + 90 / 9 + 1);
            agent.sampler.sample(agent.batch);
            ByteBuffer before = agent.batch.column(Field.OBSERVATION).buffer();
            ByteBuffer after = agent.batch.column(Agent.NEXT_OBSERVATION).buffer();
            for (int row = 0; row < agent.batch.size(); row++) {
                assertThat(ballRow(after, newest(row))).isEqualTo(ballRow(before, newest(row)) + 1);
            }
        }
    }

    /** Where the newest image of a stack is. */
    private static int newest(int stack) {
        return stack * 4 + 3;
    }

    /** The row of the ball: that of the first white pixel. */
    private static int ballRow(ByteBuffer images, int image) {
        for (int i = 0; i < 84 * 84; i++) {
            if (images.get(image * 84 * 84 + i) != 0) {
                // The middle of a row is in it, however it is rounded.
                return (i / 84 + 4) * Catch.ROWS / 84;
            }
        }
        throw new AssertionError("an image without a white pixel");
    }

    /** After each step the newest, at the start of an episode the first. */
    @Test
    void agentSeesTheObservationOfTheStepUnderWay() {
        try (ReplayMemory memory = Agents.imageMemory();
                Agent agent = Agents.makeCatch(Presets.catchQuick(), 5, memory)) {
            List<Integer> balls = new ArrayList<>();
            agent.train(new Agents.StopAt(agent, 20) {
                @Override
                public void stepTaken() {
                    balls.add(ballRow(agent.seen.buffer(), newest(0)));
                }
            });
            assertThat(balls).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2);
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
