package io.engram.replay.internal;

import java.util.concurrent.atomic.AtomicLong;

/** The newest version of the policy that anybody used or declared. Never falls. Lock-free; safe for any thread. */
public final class PolicyVersions {
    private final AtomicLong newest = new AtomicLong();

    /** Version 0. */
    public PolicyVersions() {}

    /**
     * The newest version so far.
     *
     * @return at least 0
     */
    public long newest() {
        return newest.get();
    }

    /**
     * Takes note of a version, newer or not.
     *
     * @param version checked
     */
    public void raiseTo(long version) {
        for (long known = newest.get(); version > known; known = newest.get()) {
            if (newest.compareAndSet(known, version)) {
                return;
            }
        }
    }

    /**
     * Throws unless it is a version.
     *
     * @param version as a caller gave it
     * @throws IllegalArgumentException if it is negative
     */
    public static void check(long version) {
        if (version < 0) {
            throw new IllegalArgumentException("policyVersion=" + version + ", expected at least 0");
        }
    }
}
