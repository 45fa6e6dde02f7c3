package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.engram.replay.SplitMix64;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The network that sees images. */
class QNetworkTest {
    private static final ObservationSpec IMAGE = ObservationSpec.image(84, 84);

    private final NDManager manager = PyTorch.load().newBaseManager();

    @AfterEach
    void freeMemory() {
        manager.close();
    }

    @Test
    void stacksOfImagesGiveAValueForEachAction() {
        QNetwork network = network(4, 3, 1);
        NDArray values = network.forward(manager.zeros(IMAGE.inputShape(5, 4), DataType.UINT8));
        assertThat(values.getShape()).isEqualTo(new Shape(5, 3));
        Checkpoint.Builder saved = Checkpoint.builder();
        network.save("n", saved);
        Checkpoint weights = saved.build();
        assertThat(weights.getFloats("n/0", 16 * 4 * 8 * 8)).hasSize(4_096);
        assertThat(weights.getFloats("n/2", 32 * 16 * 4 * 4)).hasSize(8_192);
        assertThat(weights.getFloats("n/4", 32 * 32 * 9 * 9)).hasSize(82_944);
        assertThat(weights.getFloats("n/7", 3)).hasSize(3);
        // PyTorch's default: uniform in one over the square root of what goes into a unit.
        assertThat(greatest(weights.getFloats("n/0", 4_096))).isBetween(0.99 / 16, 1.0 / 16);
        assertThat(greatest(weights.getFloats("n/2", 8_192))).isBetween(0.99 / 16, 1.0 / 16);
        assertThat(greatest(weights.getFloats("n/4", 82_944))).isBetween(0.99 / Math.sqrt(2_592), 1 / Math.sqrt(2_592));
    }

    private static double greatest(float[] values) {
        double greatest = 0;
        for (float value : values) {
            greatest = Math.max(greatest, Math.abs(value));
        }
        return greatest;
    }

    @Test
    void bytesAreUnsignedAndMadeFloatsFromZeroToOne() {
        QNetwork network = network(1, 3, 1);
        Shape shape = IMAGE.inputShape(1, 1);
        ByteBuffer white = ByteBuffer.allocateDirect(84 * 84);
        for (int i = 0; i < white.capacity(); i++) {
            white.put(i, (byte) 200);
        }
        NDArray bytes = network.forward(manager.create(white, shape, DataType.UINT8));
        NDArray floats = network.forward(manager.full(shape, 200, DataType.FLOAT32));
        assertThat(bytes.toFloatArray()).containsExactly(floats.toFloatArray());
        // Of the order of the inputs, which are below 1: not of bytes.
        assertThat(greatest(bytes.toFloatArray())).isLessThan(1);
    }

    @Test
    void weightsAreRestoredAndCopied() {
        QNetwork network = network(2, 3, 1);
        Checkpoint.Builder saved = Checkpoint.builder();
        network.save("n", saved);
        QNetwork restored = network(2, 3, 2);
        assertThat(restored.sha256()).isNotEqualTo(network.sha256());
        restored.restore("n", saved.build());
        QNetwork copy = network(2, 3, 3);
        copy.copyFrom(network);
        assertThat(restored.sha256()).isEqualTo(network.sha256()).isEqualTo(copy.sha256());
    }

    /** A value for each column: 1 where the ball is, else 0; the greatest one tells where. */
    @Test
    void convolutionsLearnWhereTheBallIs() {
        QNetwork network = network(2, Catch.COLUMNS, 4);
        SavableAdam optimizer = new SavableAdam();
        SplitMix64 random = new SplitMix64(9);
        Catch environment = new Catch(random);
        double first = 0;
        double last = 0;
        for (int update = 0; update < 60; update++) {
            Lesson lesson = lesson(environment, random);
            try (NDManager scope = manager.newSubManager();
                    var collector = PyTorch.load().newGradientCollector()) {
                NDArray images = scope.create(lesson.images, IMAGE.inputShape(32, 2), DataType.UINT8);
                NDArray wanted = scope.create(lesson.columns).oneHot(Catch.COLUMNS);
                NDArray loss = network.forward(images).sub(wanted).square().mean();
                collector.backward(loss);
                last = loss.getFloat();
                first = update == 0 ? last : first;
            }
            network.update(optimizer, 1e-3, Double.POSITIVE_INFINITY);
        }
        assertThat(last).isLessThan(first / 10);
        Lesson exam = lesson(environment, random);
        assertThat(network.greedyActions(exam.images, 32)).containsExactly(exam.columns);
    }

    private static Lesson lesson(Catch environment, SplitMix64 random) {
        Lesson lesson = new Lesson(ByteBuffer.allocateDirect(32 * 2 * 84 * 84), new int[32]);
        for (int row = 0; row < 32; row++) {
            FrameStack stack = new FrameStack(IMAGE, 2);
            stack.begin(environment.reset());
            for (int steps = random.nextInt(8); steps >= 0; steps--) {
                stack.push(environment.step(random.nextInt(3)).observation());
            }
            stack.copyTo(lesson.images, row * 2 * 84 * 84);
            lesson.columns[row] = environment.state()[1];
        }
        return lesson;
    }

    @Test
    void manyStacksGetTheActionsOfEach() {
        QNetwork network = network(1, 3, 6);
        SplitMix64 random = new SplitMix64(2);
        Catch environment = new Catch(random);
        ByteBuffer stacks = ByteBuffer.allocateDirect(10 * 84 * 84);
        int[] each = new int[10];
        FrameStack stack = new FrameStack(IMAGE, 1);
        for (int i = 0; i < 10; i++) {
            stack.begin(environment.reset());
            stack.push(environment.step(random.nextInt(3)).observation());
            each[i] = network.greedyAction(stack);
            stack.copyTo(stacks, i * 84 * 84);
        }
        assertThat(network.greedyActions(stacks, 10)).containsExactly(each);
    }

    @Test
    void numbersSeeFullyConnectedLayersOnly() {
        QNetwork network = new QNetwork(manager, ObservationSpec.floats(3), 2, List.of(8), 2, new SplitMix64(1));
        assertThat(network.forward(manager.ones(new Shape(4, 6))).getShape()).isEqualTo(new Shape(4, 2));
        assertThat(network.frames()).isEqualTo(2);
        assertThat(greatest(network.forward(manager.zeros(new Shape(1, 6))).toFloatArray()))
                .isCloseTo(0, within(1.0));
    }

    /**
     * Weights have the gradients 3 and 4, the bias 12: one vector of length 13. The mean that Adam keeps is, after one
     * update, a tenth of the gradient it got.
     */
    @Test
    void longGradientsAreScaledDownAndShortOnesLeft() {
        assertThat(gradientsSeen(Double.POSITIVE_INFINITY)).containsExactly(new float[] {3, 4, 12}, within(1e-5f));
        assertThat(gradientsSeen(13.001)).containsExactly(gradientsSeen(Double.POSITIVE_INFINITY));
        assertThat(gradientsSeen(6.5)).containsExactly(new float[] {1.5f, 2, 6}, within(1e-5f));
        assertThat(gradientsSeen(0.013)).containsExactly(new float[] {3e-3f, 4e-3f, 12e-3f}, within(1e-8f));
    }

    /** By an optimizer that a network of two weights and a bias is updated with. */
    private float[] gradientsSeen(double maxGradientNorm) {
        QNetwork network = new QNetwork(manager, ObservationSpec.floats(2), 1, List.of(), 1, new SplitMix64(1));
        SavableAdam optimizer = new SavableAdam();
        try (NDManager scope = manager.newSubManager();
                var collector = PyTorch.load().newGradientCollector()) {
            NDArray value = network.forward(scope.create(new float[] {0.25f, 1f / 3}, new Shape(1, 2)));
            collector.backward(value.sum().mul(12));
        }
        network.update(optimizer, 1e-3, maxGradientNorm);
        Checkpoint.Builder saved = Checkpoint.builder();
        network.save(optimizer, saved);
        Checkpoint adam = saved.build();
        float[] weights = adam.getFloats("adam/0/mean", 2);
        return new float[] {10 * weights[0], 10 * weights[1], 10 * adam.getFloats("adam/1/mean", 1)[0]};
    }

    private QNetwork network(int frames, int actions, long seed) {
        return new QNetwork(manager, IMAGE, frames, List.of(32), actions, new SplitMix64(seed));
    }

    private record Lesson(ByteBuffer images, int[] columns) {}
}
