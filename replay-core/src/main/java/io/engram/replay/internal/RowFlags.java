package io.engram.replay.internal;

/** The bits that say what a row is. They are part of the on-disk format. */
public final class RowFlags {
    /** The first state of an episode: no step led to it. Arrival rows only. */
    public static final int FIRST = 1;
    /** The step led to a final state. */
    public static final int TERMINATED = 1 << 1;
    /** The episode was cut off after this step. */
    public static final int TRUNCATED = 1 << 2;
    /** All bits in use. */
    public static final int ALL = FIRST | TERMINATED | TRUNCATED;

    private RowFlags() {}

    static int of(boolean terminated, boolean truncated) {
        return (terminated ? TERMINATED : 0) | (truncated ? TRUNCATED : 0);
    }
}
