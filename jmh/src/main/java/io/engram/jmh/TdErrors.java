package io.engram.jmh;

import io.engram.replay.SplitMix64;

/**
 * TD errors of batches, with signs, exponentially distributed by their size. A pool that is used again and again, so
 * that making them costs nothing. For one thread.
 */
final class TdErrors {
    private static final int POOL = 256;

    private final float[][] errors = new float[POOL][Experience.BATCH];
    private final float[][] absolute = new float[POOL][Experience.BATCH];
    private int at;

    TdErrors(long seed) {
        SplitMix64 random = new SplitMix64(seed);
        for (int i = 0; i < POOL; i++) {
            for (int j = 0; j < Experience.BATCH; j++) {
                absolute[i][j] = (float) -Math.log(1 - random.nextDouble());
                errors[i][j] = random.nextInt(2) == 0 ? absolute[i][j] : -absolute[i][j];
            }
        }
    }

    /** One for each row of a batch. */
    float[] next() {
        at = (at + 1) & (POOL - 1);
        return errors[at];
    }

    /** As {@link #next}, without signs. */
    float[] nextAbsolute() {
        at = (at + 1) & (POOL - 1);
        return absolute[at];
    }
}
