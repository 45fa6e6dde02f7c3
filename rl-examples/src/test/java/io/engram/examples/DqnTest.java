package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.engram.replay.ReplayMemory;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.onheap.HeapReplayMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DqnTest {
    private final NDManager manager = PyTorch.load().newBaseManager();

    @AfterEach
    void freeMemory() {
        manager.close();
    }

    /** Online values choose actions 1 and 0, the target network's own maxima are actions 0 and 1. */
    private final float[] onlineNext = {1, 2, 4, 3};

    private final float[] targetNext = {20, 10, 30, 40};

    @Test
    void targetOfDqnTakesTheGreatestTargetValue() {
        assertThat(targets(targetNext, new float[] {0, 0})).containsExactly(1 + 0.5f * 20, -2 + 0.5f * 40);
    }

    @Test
    void targetOfDoubleDqnTakesTheTargetValueOfTheOnlineChoice() {
        assertThat(targets(onlineNext, new float[] {0, 0})).containsExactly(1 + 0.5f * 10, -2 + 0.5f * 30);
    }

    @Test
    void terminatedStepDoesNotBootstrap() {
        assertThat(targets(onlineNext, new float[] {1, 0})).containsExactly(1, -2 + 0.5f * 30);
    }

    private float[] targets(float[] choosing, float[] terminated) {
        return Dqn.targets(
                        manager.create(new float[] {1, -2}),
                        manager.create(terminated),
                        manager.create(choosing, new Shape(2, 2)),
                        manager.create(targetNext, new Shape(2, 2)),
                        0.5)
                .toFloatArray();
    }

    @Test
    void huberLossIsSquaredUpToOneAndStraightBeyond() {
        NDArray errors = manager.create(new float[] {0.5f, -3, 0, 1});
        assertThat(Dqn.loss(errors, true).getFloat()).isCloseTo((0.125f + 2.5f + 0 + 0.5f) / 4, within(1e-7f));
        assertThat(Dqn.loss(errors, false).getFloat()).isCloseTo((0.25f + 9 + 0 + 1) / 4, within(1e-7f));
    }

    @Test
    void lineFallsEvenlyThenStays() {
        DqnSettings.Line line = new DqnSettings.Line(1, 0.2, 100);
        assertThat(line.at(0)).isEqualTo(1);
        assertThat(line.at(50)).isCloseTo(0.6, within(1e-12));
        assertThat(line.at(100)).isEqualTo(0.2);
        assertThat(line.at(1_000)).isEqualTo(0.2);
    }

    @Test
    void equalSeedsLearnEqualWeights() {
        assertThat(trained(5, 1_300)).isEqualTo(trained(5, 1_300)).isNotEqualTo(trained(6, 1_300));
    }

    private static String trained(long seed, long steps) {
        try (ReplayMemory memory = memory();
                Dqn dqn = agent(seed, memory)) {
            dqn.train(new StopAt(dqn, steps));
            return dqn.online().sha256();
        }
    }

    /** Both begin a new episode at step 1,300; one in the agent that was there, one in an agent made anew. */
    @Test
    void restoredAgentGoesOnBitForBit() {
        Checkpoint.Builder saved = Checkpoint.builder();
        try (ReplayMemory memory = memory();
                ReplayMemory twin = memory()) {
            try (Dqn dqn = agent(5, memory)) {
                dqn.train(new StopAt(dqn, 1_300));
                dqn.save(saved);
            }
            try (Dqn uninterrupted = agent(5, twin);
                    Dqn restored = agent(99, memory)) {
                uninterrupted.train(new StopAt(uninterrupted, 1_300));
                uninterrupted.train(new StopAt(uninterrupted, 1_600));
                restored.restore(saved.build());
                assertThat(restored.step()).isEqualTo(1_300);
                restored.train(new StopAt(restored, 1_600));
                assertThat(restored.online().sha256())
                        .isEqualTo(uninterrupted.online().sha256());
            }
        }
    }

    /** The same transition under all four pairs of flags, learned from once. */
    @Test
    void onlyTerminationEndsBootstrapping() {
        String inEpisode = learnedFromOneStep(false, false);
        String terminated = learnedFromOneStep(true, false);
        assertThat(learnedFromOneStep(false, true)).isEqualTo(inEpisode);
        assertThat(learnedFromOneStep(true, true)).isEqualTo(terminated);
        assertThat(terminated).isNotEqualTo(inEpisode);
    }

    private static String learnedFromOneStep(boolean terminated, boolean truncated) {
        try (ReplayMemory memory = memory();
                Dqn dqn = agent(5, memory)) {
            try (StreamWriter writer = memory.writer("by hand")) {
                writer.begin(new float[] {0.1f, 0.2f, 0.3f, 0.4f});
                writer.step(1, 1, new float[] {0.4f, 0.3f, 0.2f, 0.1f}, terminated, truncated);
            }
            dqn.learn();
            return dqn.online().sha256();
        }
    }

    @Test
    void memoryGetsEveryStep() {
        List<Integer> lengths = new ArrayList<>();
        try (ReplayMemory memory = memory();
                Dqn dqn = agent(5, memory)) {
            dqn.train(new StopAt(dqn, 900) {
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

    @Test
    void actingAndUpdatingLeaveNoNativeMemoryBehind() {
        QNetwork network = new QNetwork(manager, 4, List.of(8), 2, new SplitMix64(1));
        QNetwork copy = new QNetwork(manager, 4, List.of(8), 2, new SplitMix64(2));
        SavableAdam optimizer = new SavableAdam();
        int arrays = 0;
        for (int i = 0; i < 10; i++) {
            network.greedyAction(new float[4]);
            try (NDManager scope = manager.newSubManager();
                    var collector = PyTorch.load().newGradientCollector()) {
                collector.backward(network.forward(scope.ones(new Shape(3, 4))).sum());
            }
            network.update(optimizer, 1e-3);
            copy.copyFrom(network);
            arrays = i == 0 ? manager.getManagedArrays().size() : arrays;
        }
        assertThat(manager.getManagedArrays()).hasSize(arrays);
        assertThat(copy.sha256()).isEqualTo(network.sha256());
    }

    private static Dqn agent(long seed, ReplayMemory memory) {
        return new Dqn(CartPole.NAME, seed, DqnSettings.quick(), PyTorch.load(), memory);
    }

    private static ReplayMemory memory() {
        return new HeapReplayMemory(Dqn.schema(new CartPole(new SplitMix64(0))), 5_000);
    }

    private static class StopAt implements Dqn.Observer {
        private final Dqn dqn;
        private final long steps;

        StopAt(Dqn dqn, long steps) {
            this.dqn = dqn;
            this.steps = steps;
        }

        @Override
        public boolean wantsMore() {
            return dqn.step() < steps;
        }

        @Override
        public void episodeEnded(double episodeReturn, int episodeLength) {}

        @Override
        public void stepTaken() {}
    }
}
