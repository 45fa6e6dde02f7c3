package io.engram.jmh;

import io.engram.replay.Columns;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Workload W1: observation f32[4], action i32, reward f32, both flags, in episodes of {@value #EPISODE} steps. A small
 * pool of values that is used again and again, so that making them costs nothing. For one thread.
 */
final class Experience {
    /** Elements of an observation. */
    static final int OBSERVATION = 4;
    /** Transitions a batch. */
    static final int BATCH = 256;
    /** Steps an episode. */
    static final int EPISODE = 200;

    private static final int POOL = 1024;

    private final float[][] observations = new float[POOL][OBSERVATION];
    private final int[] actions = new int[POOL];
    private final float[] rewards = new float[POOL];
    private int at;
    private int step;

    Experience(long seed) {
        SplitMix64 random = new SplitMix64(seed);
        for (int i = 0; i < POOL; i++) {
            for (int j = 0; j < OBSERVATION; j++) {
                observations[i][j] = (float) random.nextDouble();
            }
            actions[i] = random.nextInt(2);
            rewards[i] = (float) random.nextDouble();
        }
    }

    static Schema schema(RowLayout layout) {
        return Schema.builder()
                .observation(DType.F32, OBSERVATION)
                .action(DType.I32)
                .reward()
                .rowLayout(layout)
                .build();
    }

    /** Moves on to the next values. */
    void advance() {
        at = (at + 1) & (POOL - 1);
        step = step == EPISODE - 1 ? 0 : step + 1;
    }

    float[] observation() {
        return observations[at];
    }

    float[] nextObservation() {
        return observations[(at + 1) & (POOL - 1)];
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
        long sequence = writer.step(action(), reward(), nextObservation(), false, isLast());
        advance();
        return sequence;
    }

    /** An episode of {@value #BATCH} steps, by column. */
    Columns columns(RowLayout layout) {
        Columns columns = Columns.allocate(schema(layout), BATCH);
        FloatBuffer observation = columns.column(Field.OBSERVATION).floats();
        FloatBuffer next = columns.column(Schema.NEXT + Field.OBSERVATION).floats();
        IntBuffer action = columns.column(Field.ACTION).ints();
        FloatBuffer reward = columns.column(Field.REWARD).floats();
        for (int i = 0; i < BATCH; i++) {
            observation.put(i * OBSERVATION, observation());
            next.put(i * OBSERVATION, nextObservation());
            action.put(i, action());
            reward.put(i, reward());
            advance();
        }
        columns.column(Schema.TRUNCATED).bytes().put(BATCH - 1, (byte) 1);
        return columns;
    }
}
