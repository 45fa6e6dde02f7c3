package io.engram.replay.offheap.internal.store;

/**
 * The files {@code priorities/<name>.index}: a page that says what the index is, then the leaves.
 *
 * <pre>
 *   0       8         12       16          32         40       44     48      56        64       68
 *  +-------+---------+--------+-----------+----------+--------+------+-------+---------+--------+-------------+
 *  | magic | version | crc32c | memory id | capacity | leaves | kind | alpha | epsilon | policy | name length |
 *  | u64   | u32     | u32    | 16 bytes  | i64      | i32    | i32  | f64   | f64     | i32    | i32         |
 *  +-------+---------+--------+-----------+----------+--------+------+-------+---------+--------+-------------+
 *   72      80       88             96      160             164      168     172        176
 *  +-------+--------+--------------+-------+---------------+--------+-------+----------+-------+
 *  | value | window | rerank every | name  | window length | stride | tail  | reserved | zeros |
 *  | f64   | i64    | i64          | UTF-8 | i32           | i32    | i32   | zeros    |       |
 *  +-------+--------+--------------+-------+---------------+--------+-------+----------+-------+
 * </pre>
 *
 * <p>crc32c covers bytes 0 to 175, its own field taken as zero. All little-endian. Where the maximum, the leaves and
 * the priorities of a rank-based index lie: {@link io.engram.replay.offheap.internal.priority.IndexMemory}.
 */
public final class IndexDescriptor {
    /** Indexes lie in this directory. */
    public static final String DIRECTORY = "priorities";
    /** What their names end in. */
    public static final String SUFFIX = ".index";
    /** "ENGRAMPX" in the order of the bytes. */
    public static final long MAGIC = 0x58504d4152474e45L;
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
    /** Rows that the memory keeps. */
    public static final int CAPACITY_OFFSET = MEMORY_ID_OFFSET + 2 * Long.BYTES;
    /** How many leaves there are. */
    public static final int LEAVES_OFFSET = CAPACITY_OFFSET + Long.BYTES;
    /** 0 proportional, 1 rank-based. */
    public static final int KIND_OFFSET = LEAVES_OFFSET + Integer.BYTES;
    /** The exponent. */
    public static final int ALPHA_OFFSET = KIND_OFFSET + Integer.BYTES;
    /** What is added to absolute TD errors. */
    public static final int EPSILON_OFFSET = ALPHA_OFFSET + Double.BYTES;
    /** Where initial priorities come from: 0 historical maximum, 1 recent maximum, 2 fixed. */
    public static final int POLICY_OFFSET = EPSILON_OFFSET + Double.BYTES;
    /** Bytes of the name. */
    public static final int NAME_LENGTH_OFFSET = POLICY_OFFSET + Integer.BYTES;
    /** The fixed initial priority. */
    public static final int VALUE_OFFSET = NAME_LENGTH_OFFSET + Integer.BYTES;
    /** Updates that the recent maximum looks back. */
    public static final int WINDOW_OFFSET = VALUE_OFFSET + Double.BYTES;
    /** Updates between rankings. */
    public static final int RERANK_OFFSET = WINDOW_OFFSET + Long.BYTES;
    /** The name. */
    public static final int NAME_OFFSET = RERANK_OFFSET + Long.BYTES;
    /** The longest name. */
    public static final int MAX_NAME_LENGTH = 64;
    /** Steps of the windows that have the priorities; 0 for transitions. */
    public static final int WINDOW_LENGTH_OFFSET = NAME_OFFSET + MAX_NAME_LENGTH;
    /** Steps from a window's begin to the next one's; 0 for transitions. */
    public static final int STRIDE_OFFSET = WINDOW_LENGTH_OFFSET + Integer.BYTES;
    /** The last window of an episode: 0 shifted back, 1 padded, 2 dropped, 3 windows are whole episodes. */
    public static final int TAIL_OFFSET = STRIDE_OFFSET + Integer.BYTES;
    /** What the checksum covers. */
    public static final int HEADER_LENGTH = TAIL_OFFSET + 2 * Integer.BYTES;

    private IndexDescriptor() {}
}
