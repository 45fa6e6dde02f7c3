package io.engram.replay.offheap.internal.journal;

/**
 * A record of the journal. Records begin at multiples of 8.
 *
 * <pre>
 *   0        4        8      12       16
 *  +--------+--------+------+--------+------------------------------------------------------------+
 *  | word   | crc32c | type | stream | by type                                                    |
 *  | i32    | u32    | i32  | i32    |                                                            |
 *  +--------+--------+------+--------+------------------------------------------------------------+
 *                                     16
 *  STREAM, 1                         | name UTF-8, to the end of the record                       |
 *
 *                                     16        24      32       40      48
 *  BEGIN, 2                          | episode | begun | policy | head  | label                   |
 *                                    | i64     | i64   | i64    | i64   | LabelText, to the end   |
 *
 *                                     16        24      32      40     48       56       64     68
 *  END, 3                            | episode | ended | first | last | length | reward | kind  | recovered |
 *                                    | i64     | i64   | i64   | i64  | i64    | f64    | i32   | i32       |
 *
 *                                     16          24             32
 *  KEPT, 4                           | first page | next episode |
 *                                    | i64        | i64          |
 * </pre>
 *
 * <p>The word is the record's length and what may be read of it, see {@link RecordWord}. crc32c covers the memory's
 * number, the page's number and the record's offset in the page (8 bytes each number, so 32 in all), then the record
 * with the length as its word and its own field taken as zero. All little-endian.
 */
public final class RecordDescriptor {
    /** Length and state. */
    public static final int WORD_OFFSET = 0;
    /** The checksum. */
    public static final int CRC_OFFSET = WORD_OFFSET + Integer.BYTES;
    /** What the record says. */
    public static final int TYPE_OFFSET = CRC_OFFSET + Integer.BYTES;
    /** Of which stream; 0 where there is none. */
    public static final int STREAM_OFFSET = TYPE_OFFSET + Integer.BYTES;
    /** What all types have. */
    public static final int HEADER_LENGTH = STREAM_OFFSET + Integer.BYTES;

    /** A stream has a number. */
    public static final int STREAM = 1;
    /** An episode has begun. */
    public static final int BEGIN = 2;
    /** An episode has ended. */
    public static final int END = 3;
    /** Pages before some page are not needed any more. */
    public static final int KEPT = 4;

    /** A kind of END: the last state is final. */
    public static final int TERMINATED = 1;
    /** A kind of END: cut off. */
    public static final int TRUNCATED = 2;
    /** A kind of END: given up. */
    public static final int ABANDONED = 3;

    /** STREAM: its name. */
    public static final int NAME_OFFSET = HEADER_LENGTH;
    /** BEGIN and END: the episode's number. */
    public static final int EPISODE_OFFSET = HEADER_LENGTH;
    /** BEGIN: when, in milliseconds since 1970 UTC. */
    public static final int BEGUN_OFFSET = EPISODE_OFFSET + Long.BYTES;
    /** BEGIN: the version of the policy. */
    public static final int POLICY_OFFSET = BEGUN_OFFSET + Long.BYTES;
    /** BEGIN: the head at that moment; the episode's rows are from there on. */
    public static final int HEAD_OFFSET = POLICY_OFFSET + Long.BYTES;
    /** BEGIN: the label. */
    public static final int LABEL_OFFSET = HEAD_OFFSET + Long.BYTES;
    /** END: when, in milliseconds since 1970 UTC. */
    public static final int ENDED_OFFSET = EPISODE_OFFSET + Long.BYTES;
    /** END: the first row, or -1. */
    public static final int FIRST_OFFSET = ENDED_OFFSET + Long.BYTES;
    /** END: the last row, or -1. */
    public static final int LAST_OFFSET = FIRST_OFFSET + Long.BYTES;
    /** END: transitions. */
    public static final int LENGTH_OFFSET = LAST_OFFSET + Long.BYTES;
    /** END: the sum of rewards. */
    public static final int REWARD_OFFSET = LENGTH_OFFSET + Long.BYTES;
    /** END: how. */
    public static final int KIND_OFFSET = REWARD_OFFSET + Double.BYTES;
    /** END: 1 if found out after a crash, else 0. */
    public static final int RECOVERED_OFFSET = KIND_OFFSET + Integer.BYTES;
    /** Bytes of an END. */
    public static final int END_LENGTH = RECOVERED_OFFSET + Integer.BYTES;
    /** KEPT: the first page that is needed. */
    public static final int FIRST_PAGE_OFFSET = HEADER_LENGTH;
    /** KEPT: one more than the highest episode so far. */
    public static final int NEXT_EPISODE_OFFSET = FIRST_PAGE_OFFSET + Long.BYTES;
    /** Bytes of a KEPT. */
    public static final int KEPT_LENGTH = NEXT_EPISODE_OFFSET + Long.BYTES;

    /** The longest record. */
    public static final int MAX_LENGTH = 4096;

    private RecordDescriptor() {}

    /**
     * From the start of a record to where the next may begin.
     *
     * @param length of the record
     * @return a multiple of 8
     */
    public static int align(int length) {
        return (length + Long.BYTES - 1) & -Long.BYTES;
    }
}
