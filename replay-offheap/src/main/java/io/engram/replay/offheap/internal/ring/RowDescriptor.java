package io.engram.replay.offheap.internal.ring;

/**
 * A row: a header of 40 bytes, then the payload of {@link io.engram.replay.internal.PayloadLayout}.
 *
 * <pre>
 *   0        8         16       24       28     32     36       40
 *  +--------+---------+--------+--------+------+------+--------+-----------------+---------+
 *  | stamp  | episode | policy | stream | step | back | crc32c | payload         | padding |
 *  | i64    | i64     | i64    | i32    | i32  | i32  | u32    |                 | zeros   |
 *  +--------+---------+--------+--------+------+------+--------+-----------------+---------+
 * </pre>
 *
 * <p>{@code back} is the distance in sequences to the row before this one in its episode: 0 for none,
 * {@link #BACK_TOO_FAR} where it does not fit. {@code crc32c} is the CRC-32C of the row up to the padding, the stamp's
 * state and the crc32c field itself taken as zero. All little-endian.
 */
public final class RowDescriptor {
    /** See {@link Stamp}. */
    public static final int STAMP_OFFSET = 0;
    /** The episode's number. */
    public static final int EPISODE_OFFSET = STAMP_OFFSET + Long.BYTES;
    /** The version of the policy that acted. */
    public static final int POLICY_OFFSET = EPISODE_OFFSET + Long.BYTES;
    /** The stream's number. */
    public static final int STREAM_OFFSET = POLICY_OFFSET + Long.BYTES;
    /** The row's place in its episode. */
    public static final int STEP_OFFSET = STREAM_OFFSET + Integer.BYTES;
    /** The link to the row before. */
    public static final int BACK_OFFSET = STEP_OFFSET + Integer.BYTES;
    /** The checksum. */
    public static final int CRC_OFFSET = BACK_OFFSET + Integer.BYTES;
    /** Where the payload begins. */
    public static final int HEADER_LENGTH = CRC_OFFSET + Integer.BYTES;
    /** A row before exists, but too many rows ago to say where. */
    public static final int BACK_TOO_FAR = Integer.MAX_VALUE;

    private static final int LINE = 64;

    private RowDescriptor() {}

    /**
     * The distance from row to row: the row's length rounded up to whole cache lines where that costs at most an eighth
     * or the row fits in one; otherwise the length itself.
     *
     * @param payloadLength bytes, a multiple of 8
     * @return bytes, a multiple of 8
     */
    public static int stride(int payloadLength) {
        int length = HEADER_LENGTH + payloadLength;
        int aligned = (length + LINE - 1) & -LINE;
        return aligned == LINE || aligned - length <= length / 8 ? aligned : length;
    }

    /**
     * The link between two rows of an episode.
     *
     * @param sequence a row
     * @param previous the row before it, or a negative number for none
     * @return what the back field holds
     */
    public static int back(long sequence, long previous) {
        return previous < 0 ? 0 : (int) Math.min(sequence - previous, BACK_TOO_FAR);
    }
}
