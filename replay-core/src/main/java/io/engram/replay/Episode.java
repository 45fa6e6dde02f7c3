package io.engram.replay;

/**
 * What a memory knows of an episode. Immutable.
 *
 * @param number its number, of which no other episode has the same
 * @param stream the stream's name
 * @param kind whether and how it has ended
 * @param recovered whether its end was found out after a crash instead of told by its writer
 * @param length its transitions so far
 * @param totalReward the sum of the field {@value Field#REWARD} over them; NaN without such a scalar F32 or F64 field,
 *     or where some of the rows were gone when the end was found out
 * @param firstSequence its first row, whether still held or not, or {@link #NO_ROW}; of a recovered one the first of
 *     those still held
 * @param lastSequence its last row so far, or {@link #NO_ROW}
 * @param startMillis when it began, in milliseconds since 1970 UTC
 * @param endMillis when it ended, in milliseconds since 1970 UTC, or {@link #NOT_ENDED}
 * @param policyVersion the version of the policy that acted when it began
 * @param label what it is about
 */
public record Episode(
        long number,
        String stream,
        Kind kind,
        boolean recovered,
        long length,
        double totalReward,
        long firstSequence,
        long lastSequence,
        long startMillis,
        long endMillis,
        long policyVersion,
        EpisodeLabel label) {
    /** The sequence of the rows of an episode that has none. */
    public static final long NO_ROW = -1;
    /** The end of an episode that has not ended. */
    public static final long NOT_ENDED = -1;

    /** Whether and how an episode has ended. */
    public enum Kind {
        /** It goes on. */
        OPEN,
        /** Its last state is final. A last step with both flags counts as this. */
        TERMINATED,
        /** It was cut off, by its writer or by a crash. */
        TRUNCATED,
        /** Its writer gave it up. */
        ABANDONED
    }
}
