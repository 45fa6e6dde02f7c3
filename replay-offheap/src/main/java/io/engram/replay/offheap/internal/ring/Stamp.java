package io.engram.replay.offheap.internal.ring;

/**
 * The first word of a row: which row it is, what it is, and whether it may be read.
 *
 * <pre>
 *   63                                   8 7        3 2      0
 *  +--------------------------------------+----------+--------+
 *  | sequence (56 bits)                   | flags    | state  |
 *  +--------------------------------------+----------+--------+
 * </pre>
 *
 * <p>A slot's sequence never falls. Within one sequence the states go
 *
 * <pre>
 *   older --mark--> WRITING --publish--> PUBLISHED --erase--> ERASED
 *     |                |
 *     +-----close------+--> ABANDONED --the writer gave up--> DEAD
 * </pre>
 *
 * <p>each by one CAS. Who marked owns the payload until it publishes, or until its segment is unmapped.
 */
public final class Stamp {
    /** A slot that was never used: what fresh storage holds. */
    public static final long FRESH = 0;
    /** Bits below the sequence. */
    public static final int SEQUENCE_SHIFT = 8;
    /** Bits below the flags. */
    public static final int FLAGS_SHIFT = 3;
    /** The bits of the state. */
    public static final int STATE_MASK = 0b111;
    /** Above every sequence. */
    public static final long SEQUENCE_LIMIT = 1L << (Long.SIZE - SEQUENCE_SHIFT - 1);

    /** Not written in this sequence. */
    public static final int EMPTY = 0;
    /** Claimed and marked: its writer is storing the payload. */
    public static final int WRITING = 1;
    /** Whole. The only state that is read. */
    public static final int PUBLISHED = 2;
    /** Closed by sealing before it was published; its writer may still store into it. */
    public static final int ABANDONED = 3;
    /** Closed, and nobody will store into it any more. */
    public static final int DEAD = 4;
    /** Erased on request: the row was whole once, and its bytes are zeros now, or will be. */
    public static final int ERASED = 5;

    private static final int FLAGS_MASK = 0b11111;

    private Stamp() {}

    /**
     * A published row's stamp.
     *
     * @param sequence which row
     * @param flags what it is
     * @return the word
     */
    public static long published(long sequence, int flags) {
        return sequence << SEQUENCE_SHIFT | (long) flags << FLAGS_SHIFT | PUBLISHED;
    }

    /**
     * An unpublished row's stamp.
     *
     * @param sequence which row
     * @param state any but PUBLISHED
     * @return the word
     */
    public static long of(long sequence, int state) {
        return sequence << SEQUENCE_SHIFT | state;
    }

    /**
     * Which row.
     *
     * @param stamp the word
     * @return the sequence
     */
    public static long sequence(long stamp) {
        return stamp >>> SEQUENCE_SHIFT;
    }

    /**
     * Whether it may be read.
     *
     * @param stamp the word
     * @return one of the states
     */
    public static int state(long stamp) {
        return (int) stamp & STATE_MASK;
    }

    /**
     * What it is.
     *
     * @param stamp the word
     * @return bits of {@link io.engram.replay.internal.RowFlags}
     */
    public static int flags(long stamp) {
        return (int) (stamp >>> FLAGS_SHIFT) & FLAGS_MASK;
    }

    /**
     * Whether the stamp is that of a row, published.
     *
     * @param stamp the word
     * @param sequence which row
     * @return true if it can be read as that row
     */
    public static boolean isPublished(long stamp, long sequence) {
        return (stamp >>> SEQUENCE_SHIFT) == sequence && (stamp & STATE_MASK) == PUBLISHED;
    }

    /**
     * Whether a writer that claimed a row may still mark its slot.
     *
     * @param stamp the slot's word
     * @param sequence the claimed row
     * @return true if the slot was not used or closed for this row or a later one
     */
    public static boolean isOlder(long stamp, long sequence) {
        return (stamp >>> SEQUENCE_SHIFT) < sequence || stamp == of(sequence, EMPTY);
    }

    /**
     * The part of the stamp that a row's checksum covers.
     *
     * @param stamp the word
     * @return the word without its state
     */
    public static long withoutState(long stamp) {
        return stamp & ~(long) STATE_MASK;
    }
}
