package io.engram.replay.offheap;

import java.util.ArrayList;
import java.util.List;

/**
 * Which snapshots to keep. Immutable.
 *
 * @param last so many of the newest, at least 1
 * @param every and each whose {@link Snapshot#number} is a multiple of this; 0 for none
 */
public record Retention(int last, long every) {
    /**
     * Checks the parts.
     *
     * @param last at least 1
     * @param every at least 0
     * @throws IllegalArgumentException if one is less
     */
    public Retention {
        if (last < 1 || every < 0) {
            throw new IllegalArgumentException("retention last=" + last + ", every=" + every
                    + ", expected last to be at least 1 and every at least 0");
        }
    }

    /**
     * Keeps the newest snapshots.
     *
     * @param count so many, at least 1
     * @return the rule
     */
    public static Retention last(int count) {
        return new Retention(count, 0);
    }

    /**
     * Keeps every n-th snapshot besides the newest.
     *
     * @param n 1 keeps all, 0 none
     * @return the rule
     */
    public Retention andEvery(long n) {
        return new Retention(last, n);
    }

    /**
     * What this rule does not keep.
     *
     * @param snapshots oldest first
     * @return those to delete, oldest first
     */
    List<Snapshot> surplus(List<Snapshot> snapshots) {
        List<Snapshot> surplus = new ArrayList<>();
        for (Snapshot snapshot : snapshots.subList(0, Math.max(0, snapshots.size() - last))) {
            if (every == 0 || snapshot.number() % every != 0) {
                surplus.add(snapshot);
            }
        }
        return surplus;
    }
}
