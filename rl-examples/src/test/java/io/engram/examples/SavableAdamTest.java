package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.engram.replay.SplitMix64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SavableAdamTest {
    private static final int SIZE = 37;

    private final NDManager manager = PyTorch.load().newBaseManager();

    @AfterEach
    void freeMemory() {
        manager.close();
    }

    @Test
    void weightsAreTheLibrarysOwnBitForBit() {
        NDArray stockWeight = randomArray(1);
        NDArray savableWeight = randomArray(1);
        Optimizer stock =
                Optimizer.adam().optLearningRateTracker(Tracker.fixed(1e-3f)).build();
        SavableAdam savable = adam();
        for (int i = 0; i < 200; i++) {
            stock.update("0", stockWeight, randomArray(100 + i));
            savable.update("0", savableWeight, randomArray(100 + i));
            assertThat(savableWeight.toFloatArray())
                    .as("after update %d", i)
                    .containsExactly(stockWeight.toFloatArray());
        }
    }

    @Test
    void restoredStateGoesOnBitForBit() {
        NDArray weight = randomArray(1);
        SavableAdam optimizer = adam();
        for (int i = 0; i < 50; i++) {
            optimizer.update("0", weight, randomArray(100 + i));
        }
        Checkpoint.Builder saved = Checkpoint.builder();
        optimizer.save("0", weight, saved);
        NDArray copy = manager.create(weight.toFloatArray());
        SavableAdam restored = adam();
        restored.restore("0", copy, saved.build());
        for (int i = 0; i < 50; i++) {
            optimizer.update("0", weight, randomArray(200 + i));
            restored.update("0", copy, randomArray(200 + i));
        }
        assertThat(copy.toFloatArray()).containsExactly(weight.toFloatArray());
    }

    @Test
    void withoutItsStateItWouldGoOnOtherwise() {
        NDArray weight = randomArray(1);
        SavableAdam optimizer = adam();
        optimizer.update("0", weight, randomArray(2));
        NDArray copy = manager.create(weight.toFloatArray());
        optimizer.update("0", weight, randomArray(3));
        adam().update("0", copy, randomArray(3));
        assertThat(copy.toFloatArray()).isNotEqualTo(weight.toFloatArray());
    }

    private static SavableAdam adam() {
        SavableAdam adam = new SavableAdam();
        adam.setLearningRate(1e-3);
        return adam;
    }

    private NDArray randomArray(long seed) {
        SplitMix64 random = new SplitMix64(seed);
        float[] values = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            values[i] = (float) (random.nextDouble() - 0.5);
        }
        return manager.create(values, new Shape(SIZE));
    }
}
