package io.engram.replay.internal.priority;

/** Checks the values of a whole call before anything is changed. */
public final class Priorities {
    private Priorities() {}

    /**
     * Throws unless every TD error is finite.
     *
     * @param tdErrors values
     * @param count how many are needed
     * @throws IllegalArgumentException if one is not, or there are fewer
     */
    public static void requireFinite(float[] tdErrors, int count) {
        requireCount("TD errors", tdErrors.length, count);
        for (int i = 0; i < count; i++) {
            if (!(Math.abs(tdErrors[i]) < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "tdErrors[" + i + "]=" + tdErrors[i] + ", expected a finite number; no priority was changed");
            }
        }
    }

    /**
     * Throws unless every priority is finite and not negative.
     *
     * @param priorities values
     * @param count how many are needed
     * @throws IllegalArgumentException if one is not, or there are fewer
     */
    public static void requirePriorities(float[] priorities, int count) {
        requireCount("priorities", priorities.length, count);
        for (int i = 0; i < count; i++) {
            if (!(priorities[i] >= 0 && priorities[i] < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("priorities[" + i + "]=" + priorities[i]
                        + ", expected a finite number of at least 0; no priority was changed");
            }
        }
    }

    private static void requireCount(String what, int given, int needed) {
        if (given < needed) {
            throw new IllegalArgumentException(
                    what + " given=" + given + ", expected one for each of " + needed + " transitions");
        }
    }
}
