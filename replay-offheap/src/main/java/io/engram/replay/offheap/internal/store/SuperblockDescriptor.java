package io.engram.replay.offheap.internal.store;

/**
 * The file {@code memory.engram}: what the memory is. Written once, when the memory is created.
 *
 * <pre>
 *   0       8         12       16          32         40             44       48              52         56
 *  +-------+---------+--------+-----------+----------+--------------+--------+---------------+----------+--------+
 *  | magic | version | crc32c | memory id | capacity | segment rows | stride | schema length | reserved | schema |
 *  | u64   | u32     | u32    | 16 bytes  | i64      | i32          | i32    | i32           | zeros    | UTF-8  |
 *  +-------+---------+--------+-----------+----------+--------------+--------+---------------+----------+--------+
 * </pre>
 *
 * <p>crc32c covers the whole file, its own field taken as zero. All little-endian.
 */
public final class SuperblockDescriptor {
    /** The file's name. */
    public static final String FILE_NAME = "memory.engram";
    /** "ENGRAMEM" in the order of the bytes. */
    public static final long MAGIC = 0x4d454d4152474e45L;
    /** The version that this code writes, and the only one it reads. */
    public static final int VERSION = 1;
    /** What kind of file this is. */
    public static final int MAGIC_OFFSET = 0;
    /** The version of the format. */
    public static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    /** The checksum. */
    public static final int CRC_OFFSET = VERSION_OFFSET + Integer.BYTES;
    /** A random number that tells memories apart. */
    public static final int MEMORY_ID_OFFSET = CRC_OFFSET + Integer.BYTES;
    /** Rows that the memory keeps. */
    public static final int CAPACITY_OFFSET = MEMORY_ID_OFFSET + 2 * Long.BYTES;
    /** Rows of a segment. */
    public static final int SEGMENT_ROWS_OFFSET = CAPACITY_OFFSET + Long.BYTES;
    /** Bytes from row to row. */
    public static final int STRIDE_OFFSET = SEGMENT_ROWS_OFFSET + Integer.BYTES;
    /** Bytes of the schema's text. */
    public static final int SCHEMA_LENGTH_OFFSET = STRIDE_OFFSET + Integer.BYTES;
    /** The schema's canonical text. */
    public static final int SCHEMA_OFFSET = SCHEMA_LENGTH_OFFSET + 2 * Integer.BYTES;
    /** The longest file that is read. */
    public static final int MAX_LENGTH = 1 << 20;

    private SuperblockDescriptor() {}
}
