package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.engram.replay.SplitMix64;
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
        assertThat(targets(targetNext, new float[] {1, 1})).containsExactly(1 + 0.5f * 20, -2 + 0.25f * 40);
    }

    @Test
    void targetOfDoubleDqnTakesTheTargetValueOfTheOnlineChoice() {
        assertThat(targets(onlineNext, new float[] {1, 1})).containsExactly(1 + 0.5f * 10, -2 + 0.25f * 30);
    }

    @Test
    void terminatedStepDoesNotBootstrap() {
        assertThat(targets(onlineNext, new float[] {0, 1})).containsExactly(1, -2 + 0.25f * 30);
    }

    /** Discounted by a half, over one step and over two. */
    private float[] targets(float[] choosing, float[] bootstrap) {
        return Dqn.targets(
                        manager.create(new float[] {1, -2}),
                        manager.create(new float[] {0.5f, 0.25f}),
                        manager.create(bootstrap),
                        manager.create(choosing, new Shape(2, 2)),
                        manager.create(targetNext, new Shape(2, 2)))
                .toFloatArray();
    }

    @Test
    void huberLossIsSquaredUpToOneAndStraightBeyond() {
        NDArray errors = manager.create(new float[] {0.5f, -3, 0, 1});
        assertThat(Dqn.losses(errors, true).mean().getFloat()).isCloseTo((0.125f + 2.5f + 0 + 0.5f) / 4, within(1e-7f));
        assertThat(Dqn.losses(errors, false).mean().getFloat()).isCloseTo((0.25f + 9 + 0 + 1) / 4, within(1e-7f));
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
    void actingAndUpdatingLeaveNoNativeMemoryBehind() {
        QNetwork network = new QNetwork(manager, ObservationSpec.floats(4), 1, List.of(8), 2, new SplitMix64(1));
        QNetwork copy = new QNetwork(manager, ObservationSpec.floats(4), 1, List.of(8), 2, new SplitMix64(2));
        SavableAdam optimizer = new SavableAdam();
        int arrays = 0;
        for (int i = 0; i < 10; i++) {
            network.greedyAction(new FrameStack(ObservationSpec.floats(4), 1));
            try (NDManager scope = manager.newSubManager();
                    var collector = PyTorch.load().newGradientCollector()) {
                collector.backward(network.forward(scope.ones(new Shape(3, 4))).sum());
            }
            network.update(optimizer, 1e-3, 10);
            copy.copyFrom(network);
            arrays = i == 0 ? manager.getManagedArrays().size() : arrays;
        }
        assertThat(manager.getManagedArrays()).hasSize(arrays);
        assertThat(copy.sha256()).isEqualTo(network.sha256());
    }
}
