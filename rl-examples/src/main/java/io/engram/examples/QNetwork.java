package io.engram.examples;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import io.engram.replay.SplitMix64;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A value for each action: fully connected layers with ReLU between them; for images two layers of convolution before
 * them, 16 kernels of 8 x 8 with stride 4 and 32 of 4 x 4 with stride 2. For one thread at a time; its memory is freed
 * with the manager it was made with.
 *
 * <p>Source of the convolutions: Mnih et al., "Playing Atari with Deep Reinforcement Learning", 2013.
 */
final class QNetwork {
    private static final NDIndex ALL = new NDIndex("...");

    private final NDManager manager;
    private final ObservationSpec observation;
    private final int frames;
    private final SequentialBlock layers = new SequentialBlock();
    private final ParameterStore store;
    /** Weight and bias of each layer, from the first layer to the last. */
    private final List<Parameter> parameters = new ArrayList<>();

    /**
     * Makes a network with random weights, uniform in ±1/sqrt(inputs of a unit), as PyTorch does by default.
     *
     * @param observation what it sees
     * @param frames how many of them at once
     * @param hidden units of each fully connected hidden layer
     */
    QNetwork(
            NDManager manager,
            ObservationSpec observation,
            int frames,
            List<Integer> hidden,
            int outputs,
            SplitMix64 random) {
        this.manager = manager;
        this.observation = observation;
        this.frames = frames;
        this.store = new ParameterStore(manager, false);
        if (observation.isImage()) {
            addConvolution(16, 8, 4);
            addConvolution(32, 4, 2);
            layers.add(Blocks.batchFlattenBlock());
        }
        for (int units : hidden) {
            layers.add(Linear.builder().setUnits(units).build());
            layers.add(Activation::relu);
        }
        layers.add(Linear.builder().setUnits(outputs).build());
        layers.initialize(manager, DataType.FLOAT32, observation.inputShape(1, frames));
        layers.getParameters().values().forEach(parameters::add);
        for (int i = 0; i < parameters.size(); i += 2) {
            Shape weight = array(i).getShape();
            double limit = 1 / Math.sqrt((double) weight.size() / (double) weight.get(0));
            fill(array(i), limit, random);
            fill(array(i + 1), limit, random);
        }
        parameters.forEach(parameter -> parameter.getArray().setRequiresGradient(true));
    }

    private void addConvolution(int kernels, int size, int stride) {
        layers.add(Conv2d.builder()
                .setFilters(kernels)
                .setKernelShape(new Shape(size, size))
                .optStride(new Shape(stride, stride))
                .build());
        layers.add(Activation::relu);
    }

    /** How many observations it sees at once. */
    int frames() {
        return frames;
    }

    /**
     * The values of a batch of observations, [batch, actions], in the memory of the observations' manager. They have
     * the shape that {@link ObservationSpec#inputShape} says; the bytes of images are made floats from 0 to 1 here.
     */
    NDArray forward(NDArray observations) {
        NDArray input = observation.isImage()
                ? observations.toType(DataType.FLOAT32, false).div(255)
                : observations;
        return layers.forward(store, new NDList(input), false).singletonOrThrow();
    }

    /** The action of the greatest value for a {@link FrameStack}; the first one of equals. */
    int greedyAction(FrameStack seen) {
        return greedyActions(seen.buffer(), 1)[0];
    }

    /** The action of the greatest value for each of many stacks, laid out one after the other in direct memory. */
    int[] greedyActions(ByteBuffer stacks, int count) {
        float[] values;
        try (NDManager scope = manager.newSubManager()) {
            values = forward(scope.create(stacks, observation.inputShape(count, frames), observation.dataType()))
                    .toFloatArray();
        }
        int actions = values.length / count;
        int[] greedy = new int[count];
        for (int row = 0; row < count; row++) {
            int best = row * actions;
            for (int i = best + 1; i < (row + 1) * actions; i++) {
                best = values[i] > values[best] ? i : best;
            }
            greedy[row] = best - row * actions;
        }
        return greedy;
    }

    /**
     * Takes a step against the gradients that a backward pass left, and clears them.
     *
     * @param maxGradientNorm gradients that are longer, all taken as one vector, are scaled down to this length
     */
    void update(SavableAdam optimizer, double learningRate, double maxGradientNorm) {
        optimizer.setLearningRate(learningRate);
        double norm = Double.isInfinite(maxGradientNorm) ? 0 : gradientNorm();
        for (int i = 0; i < parameters.size(); i++) {
            try (NDArray gradient = array(i).getGradient()) {
                if (norm > maxGradientNorm) {
                    gradient.muli((float) (maxGradientNorm / norm));
                }
                optimizer.update(Integer.toString(i), array(i), gradient);
                gradient.subi(gradient);
            }
        }
    }

    /** The length of all gradients taken as one vector. */
    private double gradientNorm() {
        double squares = 0;
        for (int i = 0; i < parameters.size(); i++) {
            try (NDArray gradient = array(i).getGradient();
                    NDArray squared = gradient.square();
                    NDArray sum = squared.sum()) {
                squares += sum.getFloat();
            }
        }
        return Math.sqrt(squares);
    }

    /** Takes over the weights of a network of the same shape. */
    void copyFrom(QNetwork other) {
        for (int i = 0; i < parameters.size(); i++) {
            array(i).set(ALL, other.array(i));
        }
    }

    /** Adds the weights to a checkpoint, under {@code prefix/0}, {@code prefix/1}, and so on. */
    void save(String prefix, Checkpoint.Builder checkpoint) {
        for (int i = 0; i < parameters.size(); i++) {
            checkpoint.put(prefix + "/" + i, array(i).toFloatArray());
        }
    }

    /** Takes the weights from a checkpoint. */
    void restore(String prefix, Checkpoint checkpoint) {
        for (int i = 0; i < parameters.size(); i++) {
            assign(array(i), checkpoint.getFloats(prefix + "/" + i, Math.toIntExact(array(i).size())));
        }
    }

    /** Adds the state that the optimizer keeps for this network to a checkpoint. */
    void save(SavableAdam optimizer, Checkpoint.Builder checkpoint) {
        for (int i = 0; i < parameters.size(); i++) {
            optimizer.save(Integer.toString(i), array(i), checkpoint);
        }
    }

    /** Takes the state that the optimizer keeps for this network from a checkpoint. */
    void restore(SavableAdam optimizer, Checkpoint checkpoint) {
        for (int i = 0; i < parameters.size(); i++) {
            optimizer.restore(Integer.toString(i), array(i), checkpoint);
        }
    }

    /** The SHA-256, in hexadecimal, of all weights as little-endian floats. */
    String sha256() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        for (int i = 0; i < parameters.size(); i++) {
            float[] values = array(i).toFloatArray();
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            digest.update(bytes.array());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Overwrites all elements, in place. (The library's own way makes its engine print a warning.) */
    static void assign(NDArray array, float[] values) {
        try (NDArray source = array.getManager().create(values, array.getShape())) {
            array.set(ALL, source);
        }
    }

    private NDArray array(int index) {
        return parameters.get(index).getArray();
    }

    private static void fill(NDArray array, double limit, SplitMix64 random) {
        float[] values = new float[Math.toIntExact(array.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((2 * random.nextDouble() - 1) * limit);
        }
        assign(array, values);
    }
}
