package io.engram.jmh;

import io.engram.replay.SplitMix64;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * W1 d, e and f as one would write them on the heap: a {@link HeapSumTree}, gone through from the root to a leaf and
 * back for one transition after the other, and an array a column, from which a batch is copied into arrays. No threads,
 * no files. Alpha, beta, strata, weights and errors as in {@link PrioritizedBenchmark}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class HeapTreePeerBenchmark extends EngramBenchmark {
    private static final int BATCHES = PriorityUpdateBenchmark.BATCHES;
    private static final double ALPHA = 0.6;
    private static final double BETA = 0.4;
    private static final double EPSILON = 1e-6;

    @Param({"100000", "1000000", "10000000"})
    int rows;

    private HeapSumTree tree;
    private float[] observations;
    private float[] nextObservations;
    private int[] actions;
    private float[] rewards;
    private boolean[] terminations;
    private boolean[] truncations;
    private SplitMix64 random;
    private TdErrors errors;
    private final int[][] drawnBefore = new int[BATCHES][Experience.BATCH];
    private int at;

    private final int[] drawn = new int[Experience.BATCH];
    private final float[] observation = new float[Experience.BATCH * Experience.OBSERVATION];
    private final float[] next = new float[Experience.BATCH * Experience.OBSERVATION];
    private final int[] action = new int[Experience.BATCH];
    private final float[] reward = new float[Experience.BATCH];
    private final boolean[] terminated = new boolean[Experience.BATCH];
    private final boolean[] truncated = new boolean[Experience.BATCH];
    private final float[] weights = new float[Experience.BATCH];

    /** Fills the columns and the tree, and draws what is updated. */
    @Setup
    public void fill() {
        random = new SplitMix64(4);
        errors = new TdErrors(8);
        tree = new HeapSumTree(rows);
        observations = new float[rows * Experience.OBSERVATION];
        nextObservations = new float[rows * Experience.OBSERVATION];
        actions = new int[rows];
        rewards = new float[rows];
        terminations = new boolean[rows];
        truncations = new boolean[rows];
        Experience experience = new Experience(1);
        int width = Experience.OBSERVATION;
        float[] first = errors.next();
        for (int i = 0; i < rows; i++) {
            System.arraycopy(experience.observation(), 0, observations, i * width, width);
            System.arraycopy(experience.nextObservation(), 0, nextObservations, i * width, width);
            actions[i] = experience.action();
            rewards[i] = experience.reward();
            truncations[i] = experience.isLast();
            experience.advance();
            if (i % Experience.BATCH == 0) {
                first = errors.next();
            }
            tree.set(i, mass(first[i % Experience.BATCH]));
        }
        for (int[] batch : drawnBefore) {
            draw(batch);
        }
    }

    /**
     * W1 d.
     *
     * @return the weights
     */
    @Benchmark
    public float[] sample() {
        draw(drawn);
        weigh();
        gather();
        return weights;
    }

    /**
     * W1 e.
     *
     * @return the total
     */
    @Benchmark
    public float update() {
        at = (at + 1) & (BATCHES - 1);
        update(drawnBefore[at]);
        return tree.total();
    }

    /**
     * W1 f.
     *
     * @return the weights
     */
    @Benchmark
    public float[] loop() {
        sample();
        update(drawn);
        return weights;
    }

    private void draw(int[] batch) {
        float share = tree.total() / batch.length;
        for (int i = 0; i < batch.length; i++) {
            batch[i] = tree.find((float) ((i + random.nextDouble()) * share));
        }
    }

    private void weigh() {
        float total = tree.total();
        float largest = 0;
        for (int i = 0; i < drawn.length; i++) {
            weights[i] = (float) Math.pow((double) rows * tree.mass(drawn[i]) / total, -BETA);
            largest = Math.max(largest, weights[i]);
        }
        for (int i = 0; i < drawn.length; i++) {
            weights[i] /= largest;
        }
    }

    private void gather() {
        int width = Experience.OBSERVATION;
        for (int i = 0; i < drawn.length; i++) {
            int row = drawn[i];
            System.arraycopy(observations, row * width, observation, i * width, width);
            System.arraycopy(nextObservations, row * width, next, i * width, width);
            action[i] = actions[row];
            reward[i] = rewards[row];
            terminated[i] = terminations[row];
            truncated[i] = truncations[row];
        }
    }

    private void update(int[] batch) {
        float[] given = errors.next();
        for (int i = 0; i < batch.length; i++) {
            tree.set(batch[i], mass(given[i]));
        }
    }

    private static float mass(float error) {
        return (float) Math.pow(Math.abs(error) + EPSILON, ALPHA);
    }
}
