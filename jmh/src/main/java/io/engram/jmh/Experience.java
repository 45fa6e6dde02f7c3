package io.engram.jmh;

import io.engram.replay.Column;
import io.engram.replay.Columns;
import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import java.nio.FloatBuffer;

/**
 * The steps of a {@link Workload}, in episodes of {@value #EPISODE}. A small pool of values that is used again and
 * again, so that making them costs nothing. For one thread.
 */
final class Experience {
    /** Elements of an observation of W1. */
    static final int OBSERVATION = 4;
    /** Transitions a batch. */
    static final int BATCH = 256;
    /** Steps an episode. */
    static final int EPISODE = 200;

    /** Elements of all observations in the pool, a power of two. */
    private static final int POOL = 1 << 16;
    /** The most steps in the pool. */
    private static final int MOST = 1024;

    private final Workload workload;
    private final int pool;
    private final float[][] observations;
    private final int[] actions;
    private final float[][] continuousActions;
    private final float[] rewards;
    private int at;
    private int step;

    /** Steps of W1. */
    Experience(long seed) {
        this(Workload.SMALL, seed);
    }

    Experience(Workload workload, long seed) {
        this.workload = workload;
        pool = Math.min(MOST, Integer.highestOneBit(POOL / workload.observation()));
        observations = new float[pool][workload.observation()];
        actions = new int[pool];
        continuousActions = new float[pool][workload.action()];
        rewards = new float[pool];
        SplitMix64 random = new SplitMix64(seed);
        for (int i = 0; i < pool; i++) {
            fill(observations[i], random);
            actions[i] = random.nextInt(2);
            fill(continuousActions[i], random);
            rewards[i] = (float) random.nextDouble();
        }
    }

    private static void fill(float[] values, SplitMix64 random) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble();
        }
    }

    /** The schema of W1. */
    static Schema schema(RowLayout layout) {
        return Workload.SMALL.schema(layout);
    }

    /** Moves on to the next values. */
    void advance() {
        at = (at + 1) & (pool - 1);
        step = step == EPISODE - 1 ? 0 : step + 1;
    }

    float[] observation() {
        return observations[at];
    }

    float[] nextObservation() {
        return observations[(at + 1) & (pool - 1)];
    }

    int action() {
        return actions[at];
    }

    float reward() {
        return rewards[at];
    }

    boolean isFirst() {
        return step == 0;
    }

    boolean isLast() {
        return step == EPISODE - 1;
    }

    /** Appends one step, and before the first of an episode its first state. */
    long append(StreamWriter writer) {
        if (isFirst()) {
            writer.begin(observation());
        }
        long sequence = workload.action() == 0
                ? writer.step(action(), reward(), nextObservation(), false, isLast())
                : writer.step(continuousActions[at], reward(), nextObservation(), false, isLast());
        advance();
        return sequence;
    }

    /** An episode of {@value #BATCH} steps, by column. */
    Columns columns(RowLayout layout) {
        Columns columns = Columns.allocate(workload.schema(layout), BATCH);
        FloatBuffer observation = columns.column(Field.OBSERVATION).floats();
        FloatBuffer next = columns.column(Schema.NEXT + Field.OBSERVATION).floats();
        Column action = columns.column(Field.ACTION);
        FloatBuffer reward = columns.column(Field.REWARD).floats();
        for (int i = 0; i < BATCH; i++) {
            observation.put(i * workload.observation(), observation());
            next.put(i * workload.observation(), nextObservation());
            if (workload.action() == 0) {
                action.ints().put(i, action());
            } else {
                action.floats().put(i * workload.action(), continuousActions[at]);
            }
            reward.put(i, reward());
            advance();
        }
        columns.column(Schema.TRUNCATED).bytes().put(BATCH - 1, (byte) 1);
        return columns;
    }
}
