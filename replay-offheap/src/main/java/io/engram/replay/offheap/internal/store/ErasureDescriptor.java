package io.engram.replay.offheap.internal.store;

/**
 * A file {@code erasure/<uuid>.erasure}: what is to be erased, or was. Written whole, as often as something becomes
 * known.
 *
 * <pre>
 *   0       8         12       16          32        48          56         64      68
 *  +-------+---------+--------+-----------+---------+-----------+----------+-------+------+
 *  | magic | version | crc32c | memory id | request | requested | finished | state | kind |
 *  | u64   | u32     | u32    | 16 bytes  | 16 bytes| i64       | i64      | i32   | i32  |
 *  +-------+---------+--------+-----------+---------+-----------+----------+-------+------+
 *   72         104    112   120    128        136            144       148     152
 *  +----------+------+-----+------+----------+--------------+---------+-------+-------+-----+
 *  | hash     | from | to  | rows | episodes | next episode | entries | zeros | entry | ... |
 *  | 32 bytes | i64  | i64 | i64  | i64      | i64          | i32     |       |       |     |
 *  +----------+------+-----+------+----------+--------------+---------+-------+-------+-----+
 *
 *   entry
 *   0        4      8
 *  +--------+------+------+
 *  | length | type | body |
 *  | i32    | i32  |      |
 *  +--------+------+------+
 * </pre>
 *
 * <p>crc32c covers the whole file, its own field taken as zero. An entry's length is a multiple of 8 and counts the
 * entry whole. All little-endian.
 */
public final class ErasureDescriptor {
    /** Records and names of kin lie in this directory of a memory. */
    public static final String DIRECTORY = "erasure";
    /** What the name of a record ends in. */
    public static final String SUFFIX = ".erasure";
    /** What the name of a file ends in that says where a fork, or its origin, is. */
    public static final String KIN_SUFFIX = ".kin";
    /** "ENGRAMER" in the order of the bytes. */
    public static final long MAGIC = 0x52454d4152474e45L;
    /** The version that this code writes, and the only one it reads. */
    public static final int VERSION = 1;
    /** What kind of file this is. */
    public static final int MAGIC_OFFSET = 0;
    /** The version of the format. */
    public static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    /** The checksum. */
    public static final int CRC_OFFSET = VERSION_OFFSET + Integer.BYTES;
    /** The memory's number. */
    public static final int MEMORY_ID_OFFSET = CRC_OFFSET + Integer.BYTES;
    /** The request's number, the same in every memory that it is passed on to. */
    public static final int REQUEST_OFFSET = MEMORY_ID_OFFSET + 2 * Long.BYTES;
    /** When it was asked for, in milliseconds since 1970 UTC. */
    public static final int REQUESTED_OFFSET = REQUEST_OFFSET + 2 * Long.BYTES;
    /** When everything was erased, or -1. */
    public static final int FINISHED_OFFSET = REQUESTED_OFFSET + Long.BYTES;
    /** How far it is. */
    public static final int STATE_OFFSET = FINISHED_OFFSET + Long.BYTES;
    /** What is chosen by. */
    public static final int KIND_OFFSET = STATE_OFFSET + Integer.BYTES;
    /** SHA-256 of the text that is chosen by; zeros without. */
    public static final int HASH_OFFSET = KIND_OFFSET + Integer.BYTES;
    /** Bytes of a SHA-256. */
    public static final int HASH_LENGTH = 32;
    /** The first sequence, or 0. */
    public static final int FROM_OFFSET = HASH_OFFSET + HASH_LENGTH;
    /** One more than the last sequence, or 0. */
    public static final int TO_OFFSET = FROM_OFFSET + Long.BYTES;
    /** How many rows of the memory were erased. */
    public static final int ROWS_OFFSET = TO_OFFSET + Long.BYTES;
    /** How many episodes of the memory were erased. */
    public static final int EPISODES_OFFSET = ROWS_OFFSET + Long.BYTES;
    /** Episodes of the memory from this number on are not meant, or -1 if that is not known yet. */
    public static final int NEXT_EPISODE_OFFSET = EPISODES_OFFSET + Long.BYTES;
    /** The oldest row of the memory when it was erased from, or -1 if that is not known yet. */
    public static final int TAIL_OFFSET = NEXT_EPISODE_OFFSET + Long.BYTES;
    /** Rows of the memory from this one on are not meant, or -1 if that is not known yet. */
    public static final int HEAD_OFFSET = TAIL_OFFSET + Long.BYTES;
    /** How many entries there are. */
    public static final int ENTRIES_OFFSET = HEAD_OFFSET + Long.BYTES;
    /** Where the entries begin. */
    public static final int HEADER_LENGTH = ENTRIES_OFFSET + 2 * Integer.BYTES;
    /** The longest file that is read. */
    public static final int MAX_LENGTH = 1 << 30;

    /** State: to be finished. */
    public static final int PENDING = 0;
    /** State: nothing is left. */
    public static final int FINISHED = 1;

    /** Bytes of the entry. */
    public static final int ENTRY_LENGTH_OFFSET = 0;
    /** What the entry is. */
    public static final int ENTRY_TYPE_OFFSET = ENTRY_LENGTH_OFFSET + Integer.BYTES;
    /** Where the body begins. */
    public static final int BODY_OFFSET = ENTRY_TYPE_OFFSET + Integer.BYTES;

    /** Numbers of episodes that are chosen. */
    public static final int EPISODES = 1;
    /** The text that is chosen by, while the erasure is pending. */
    public static final int TEXT = 2;
    /** A file that changed. */
    public static final int FILE = 3;
    /** A fork, or the origin. */
    public static final int KIN = 4;
    /** What is not reached. */
    public static final int UNREACHED = 5;
    /** Which episodes the numbers stand for. */
    public static final int KNOWN = 6;

    /** EPISODES: how many numbers. KNOWN: how many pairs. */
    public static final int COUNT_OFFSET = BODY_OFFSET;
    /** EPISODES: the numbers. KNOWN: pairs of number and identity. */
    public static final int NUMBERS_OFFSET = COUNT_OFFSET + 2 * Integer.BYTES;

    /** TEXT and UNREACHED: bytes of the text. */
    public static final int TEXT_LENGTH_OFFSET = BODY_OFFSET;
    /** TEXT and UNREACHED: the text. */
    public static final int TEXT_OFFSET = TEXT_LENGTH_OFFSET + 2 * Integer.BYTES;

    /** FILE: rows of it that were erased. */
    public static final int ERASED_OFFSET = BODY_OFFSET;
    /** FILE: other slots of it in which something was left, which is not any more. */
    public static final int SCRUBBED_OFFSET = ERASED_OFFSET + Integer.BYTES;
    /** FILE: rows of it that stay. */
    public static final int SURVIVORS_OFFSET = SCRUBBED_OFFSET + Integer.BYTES;
    /** FILE: 1 if nothing but an erasure changes its rows, else 0. */
    public static final int FINAL_OFFSET = SURVIVORS_OFFSET + Integer.BYTES;
    /** FILE: SHA-256 of the rows that stay, before. */
    public static final int BEFORE_OFFSET = FINAL_OFFSET + Integer.BYTES;
    /** FILE: SHA-256 of the rows that stay, after. */
    public static final int AFTER_OFFSET = BEFORE_OFFSET + HASH_LENGTH;
    /** FILE: bytes of the path. */
    public static final int PATH_LENGTH_OFFSET = AFTER_OFFSET + HASH_LENGTH;
    /** FILE: bytes of the note. */
    public static final int NOTE_LENGTH_OFFSET = PATH_LENGTH_OFFSET + Integer.BYTES;
    /** FILE: the path below the memory's directory; then the note. */
    public static final int PATH_OFFSET = NOTE_LENGTH_OFFSET + Integer.BYTES;

    /** KIN: 0 request left, 1 finished, 2 not found, 3 not reached. */
    public static final int KIN_STATE_OFFSET = BODY_OFFSET;
    /** KIN: bytes of the path. */
    public static final int KIN_LENGTH_OFFSET = KIN_STATE_OFFSET + Integer.BYTES;
    /** KIN: the path of its directory. */
    public static final int KIN_PATH_OFFSET = KIN_LENGTH_OFFSET + Integer.BYTES;

    private ErasureDescriptor() {}
}
