package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.engram.replay.ReplayMemory;
import io.engram.replay.SplitMix64;
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
    void epsilonFallsOnALineThenStays() {
        DqnSettings.Exploration exploration = new DqnSettings.Exploration(1, 0.2, 100);
        assertThat(exploration.epsilon(0)).isEqualTo(1);
        assertThat(exploration.epsilon(50)).isCloseTo(0.6, within(1e-12));
        assertThat(exploration.epsilon(100)).isEqualTo(0.2);
        assertThat(exploration.epsilon(1_000)).isEqualTo(0.2);
    }

    @Test
    void equalSeedsLearnEqualWeights() {
        assertThat(trained(5, 1_300)).isEqualTo(trained(5, 1_300)).isNotEqualTo(trained(6, 1_300));
    }

    private static String trained(long seed, long steps) {
        try (ReplayMemory memory = memory();
                Dqn dqn = new Dqn(CartPole.NAME, seed, DqnSettings.quick(), PyTorch.load(), memory)) {
            dqn.train(new StopAt(dqn, steps));
            return dqn.online().sha256();
        }
    }

    /**
     * Saved between two gradient phases and restored into an agent with another seed, on a memory with the same rows:
     * what follows is the same to the last bit, but for the new episode. So it is stopped at an episode's end here.
     */
    @Test
    void restoredAgentGoesOnBitForBit() {
        try (ReplayMemory memory = memory();
                ReplayMemory twin = memory();
                Dqn dqn = new Dqn(CartPole.NAME, 5, DqnSettings.quick(), PyTorch.load(), memory);
                Dqn same = new Dqn(CartPole.NAME, 5, DqnSettings.quick(), PyTorch.load(), twin)) {
            dqn.train(new StopAt(dqn, 1_300));
            same.train(new StopAt(same, 1_300));
            Checkpoint.Builder saved = Checkpoint.builder();
            dqn.save(saved);
            dqn.train(new StopAt(dqn, 1_600));
            same.restore(saved.build());
            same.train(new StopAt(same, 1_600));
            assertThat(same.online().sha256()).isEqualTo(dqn.online().sha256());
            assertThat(same.step()).isEqualTo(1_600);
        }
    }

    @Test
    void memoryGetsEveryStepWithItsOwnFlags() {
        List<Integer> lengths = new ArrayList<>();
        try (ReplayMemory memory = memory();
                Dqn dqn = new Dqn(CartPole.NAME, 5, DqnSettings.quick(), PyTorch.load(), memory)) {
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
        SavableAdam optimizer = new SavableAdam(1e-3);
        int arrays = 0;
        for (int i = 0; i < 10; i++) {
            network.greedyAction(new float[4]);
            try (NDManager scope = manager.newSubManager();
                    var collector = PyTorch.load().newGradientCollector()) {
                collector.backward(network.forward(scope.ones(new Shape(3, 4))).sum());
            }
            network.update(optimizer);
            copy.copyFrom(network);
            arrays = i == 0 ? manager.getManagedArrays().size() : arrays;
        }
        assertThat(manager.getManagedArrays()).hasSize(arrays);
        assertThat(copy.sha256()).isEqualTo(network.sha256());
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
