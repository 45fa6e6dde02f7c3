package io.engram.replay;

import java.time.Duration;

/**
 * How old what is sampled may be. Immutable. What has too many rows behind it, or too much time, is left out before it
 * is drawn, with no effect on how the rest is. Of what version of the policy a row is shows only when it was drawn; it
 * is then drawn anew, by priority in the same stratum first, and its mass counts in the total.
 *
 * @param steps how many rows may have been appended after the one that the transition or window is known by,
 *     {@link Batch#sequence}, at least 1; {@link #UNLIMITED} for any
 * @param time how long ago that row may have been appended; {@link #ANY_TIME} for any. A memory may take rows for older
 *     than they are, by some hundredths of a second or a 256th of their age, never for younger
 * @param policyVersions by how many versions the policy that acted first may lag behind the newest, at least 0;
 *     {@link #UNLIMITED} for any
 */
public record AgeLimit(long steps, Duration time, long policyVersions) {
    /** The prefix of the columns that tell how old elements are; only in batches that ask for them. */
    public static final String PREFIX = "age/";
    /** The column of ages in rows, as {@link Batch#age}: I64. */
    public static final String STEPS = PREFIX + "steps";
    /** The column of ages in milliseconds, at most: I64. */
    public static final String MILLIS = PREFIX + "millis";
    /** The column of versions that the policy which acted first is behind the newest: I64. */
    public static final String POLICY_VERSIONS = PREFIX + "policy_versions";
    /** No limit on a number. */
    public static final long UNLIMITED = Long.MAX_VALUE;
    /** No limit on time. */
    public static final Duration ANY_TIME = Duration.ofSeconds(Long.MAX_VALUE);
    /** No limit at all. */
    public static final AgeLimit NONE = new AgeLimit(UNLIMITED, ANY_TIME, UNLIMITED);

    /**
     * The limit on time.
     *
     * @return milliseconds; {@link #UNLIMITED} for any
     */
    public long millis() {
        return time.compareTo(Duration.ofMillis(Long.MAX_VALUE)) >= 0 ? UNLIMITED : time.toMillis();
    }

    /**
     * No limit but that on steps.
     *
     * @param rows appended since, at least 1
     * @return the limit
     * @throws IllegalArgumentException if it is out of bounds
     */
    public static AgeLimit ofSteps(long rows) {
        return new AgeLimit(rows, ANY_TIME, UNLIMITED);
    }

    /**
     * No limit but that on time.
     *
     * @param time since the row was appended
     * @return the limit
     * @throws IllegalArgumentException if it is negative
     */
    public static AgeLimit ofTime(Duration time) {
        return new AgeLimit(UNLIMITED, time, UNLIMITED);
    }

    /**
     * No limit but that on versions of the policy.
     *
     * @param versions behind the newest, at least 0
     * @return the limit
     * @throws IllegalArgumentException if it is negative
     */
    public static AgeLimit ofPolicyVersions(long versions) {
        return new AgeLimit(UNLIMITED, ANY_TIME, versions);
    }

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
