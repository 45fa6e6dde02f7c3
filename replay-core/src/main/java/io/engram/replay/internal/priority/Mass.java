package io.engram.replay.internal.priority;

/**
 * The integers that the tree adds up. Immutable facts.
 *
 * <p><b>Nothing overflows.</b> A mass is at most 2^35 and there are at most 2^27 + 64 leaves, so the sum of all is
 * below 2^62 (1 + 2^-20). As much again is free for what operations under way have added above their leaves: at most
 * one mass for each leaf that a thread is about to raise, one at a time.
 */
public final class Mass {
    /** The largest mass. */
    public static final long MAX = 1L << 35;
    /** What {@code priority^alpha} is multiplied by in a proportional index. */
    public static final double SCALE = 1 << 20;

    private Mass() {}

    /**
     * The mass of a priority, before it is clamped.
     *
     * @param priority at least 0
     * @param alpha the index's exponent
     * @return 0 for a priority of 0, else {@code priority^alpha x} {@link #SCALE}
     */
    public static double exact(double priority, double alpha) {
        return priority == 0 ? 0 : Power.pow(priority, alpha) * SCALE;
    }

    /**
     * Rounds and clamps.
     *
     * @param exact at least 0
     * @return 0 for 0, else 1 to {@link #MAX}
     */
    public static long of(double exact) {
        return exact == 0 ? 0 : exact >= MAX ? MAX : Math.max(1, (long) (exact + 0.5));
    }

    /**
     * Whether rounding changed more than the last digit.
     *
     * @param exact at least 0
     * @return true if the mass was raised to 1 or lowered to {@link #MAX}
     */
    public static boolean isClamped(double exact) {
        return exact != 0 && (exact < 0.5 || exact > MAX);
    }
}
