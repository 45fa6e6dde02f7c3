package io.engram.replay.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How far a lane's episode has come. Written by the lane's thread, read by any: each figure is that of a moment ago,
 * and of the episode that was asked for.
 */
public final class EpisodeProgress {
    /** No episode, no row. */
    public static final long NONE = -1;

    private static final VarHandle EPISODE;
    private static final VarHandle FIRST;
    private static final VarHandle LAST;
    private static final VarHandle LENGTH;
    private static final VarHandle REWARD;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            EPISODE = lookup.findVarHandle(EpisodeProgress.class, "episode", long.class);
            FIRST = lookup.findVarHandle(EpisodeProgress.class, "first", long.class);
            LAST = lookup.findVarHandle(EpisodeProgress.class, "last", long.class);
            LENGTH = lookup.findVarHandle(EpisodeProgress.class, "length", long.class);
            REWARD = lookup.findVarHandle(EpisodeProgress.class, "totalReward", double.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // read through EPISODE
    private long episode = NONE;

    private long first = NONE;

    @SuppressWarnings("unused") // read through LAST
    private long last = NONE;

    private long length;
    private double totalReward;

    /** No episode. */
    public EpisodeProgress() {}

    /** An episode begins; {@code zero}: the reward of no steps. */
    void begin(long number, double zero) {
        EPISODE.setOpaque(this, NONE);
        VarHandle.storeStoreFence();
        FIRST.setOpaque(this, NONE);
        LAST.setOpaque(this, NONE);
        LENGTH.setOpaque(this, 0L);
        REWARD.setOpaque(this, zero);
        EPISODE.setRelease(this, number);
    }

    /** A row without a transition was appended. */
    void firstRow(long sequence) {
        FIRST.setOpaque(this, sequence);
        LAST.setOpaque(this, sequence);
    }

    /** A row that ends a transition was appended. */
    void transition(long sequence, double reward) {
        if (first == NONE) {
            FIRST.setOpaque(this, sequence);
        }
        LAST.setOpaque(this, sequence);
        LENGTH.setOpaque(this, length + 1);
        REWARD.setOpaque(this, totalReward + reward);
    }

    /**
     * Takes figures that were found out. For the lane's thread.
     *
     * @param number the episode
     * @param firstRow its first row, or {@link #NONE}
     * @param lastRow its last row, or {@link #NONE}
     * @param transitions a count
     * @param reward the sum of their rewards
     */
    public void resume(long number, long firstRow, long lastRow, long transitions, double reward) {
        begin(number, reward);
        FIRST.setOpaque(this, firstRow);
        LAST.setOpaque(this, lastRow);
        LENGTH.setOpaque(this, transitions);
    }

    /**
     * Which episode.
     *
     * @return its number, or {@link #NONE}
     */
    public long episode() {
        return (long) EPISODE.getAcquire(this);
    }

    /**
     * Its first row.
     *
     * @return a sequence, or {@link #NONE}
     */
    public long first() {
        return (long) FIRST.getOpaque(this);
    }

    /**
     * Its last row.
     *
     * @return a sequence, or {@link #NONE}
     */
    public long last() {
        return (long) LAST.getOpaque(this);
    }

    /**
     * Its transitions.
     *
     * @return a count
     */
    public long length() {
        return (long) LENGTH.getOpaque(this);
    }

    /**
     * The sum of their rewards.
     *
     * @return NaN if there is no field for it
     */
    public double totalReward() {
        return (double) REWARD.getOpaque(this);
    }

    /**
     * The figures of one episode, if it is this one.
     *
     * @param number the episode
     * @param zero the reward of no steps
     * @param copy takes them; that of an episode without rows if it is another one
     */
    public void copyTo(long number, double zero, EpisodeProgress copy) {
        copy.begin(number, zero);
        if (episode() == number) {
            copy.first = first();
            copy.last = last();
            copy.length = length();
            copy.totalReward = totalReward();
            VarHandle.acquireFence();
            if (episode() != number) {
                copy.begin(number, zero);
            }
        }
    }
}
