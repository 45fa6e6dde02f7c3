package io.engram.replay;

import java.time.Duration;

/**
 * How old what is sampled may be. Immutable. What is older is left out, with no effect on how the rest is drawn.
 *
 * @param steps how many rows may have been appended after the one that the transition or window starts from, at least
 *     1; {@link #UNLIMITED} for any
 * @param time how long ago that row may have been appended; {@link #ANY_TIME} for any
 * @param policyVersions by how many versions the policy that acted first may lag behind the newest, at least 0;
 *     {@link #UNLIMITED} for any
 */
public record AgeLimit(long steps, Duration time, long policyVersions) {
    /** No limit on a number. */
    public static final long UNLIMITED = Long.MAX_VALUE;
    /** No limit on time. */
    public static final Duration ANY_TIME = Duration.ofSeconds(Long.MAX_VALUE);
    /** No limit at all. */
    public static final AgeLimit NONE = new AgeLimit(UNLIMITED, ANY_TIME, UNLIMITED);

    /**
     * Checks every part.
     *
     * @param steps rows appended since
     * @param time since it was appended
     * @param policyVersions versions behind the newest
     * @throws IllegalArgumentException if a part is out of bounds
     */
    public AgeLimit {
        if (steps < 1 || policyVersions < 0 || time.isNegative()) {
            throw new IllegalArgumentException("age limit steps=" + steps + ", time=" + time + ", policyVersions="
                    + policyVersions + ", expected at least 1, 0 and 0");
        }
    }
}
