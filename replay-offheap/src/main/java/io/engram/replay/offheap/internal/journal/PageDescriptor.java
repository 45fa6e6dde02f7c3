package io.engram.replay.offheap.internal.journal;

/**
 * The start of a page of the journal; {@link RecordDescriptor records} follow to the page's end.
 *
 * <pre>
 *   0       8         12       16          32            40       48       52      56
 *  +-------+---------+--------+-----------+-------------+--------+--------+-------+
 *  | magic | version | crc32c | memory id | incarnation | number | length | zeros |
 *  | u64   | u32     | u32    | 16 bytes  | i64         | i64    | i32    |       |
 *  +-------+---------+--------+-----------+-------------+--------+--------+-------+
 *   64           72           80            84        88         92      128
 *  +------------+------------+-------------+---------+----------+-------+
 *  | seal magic | sealed     | records     | digest  | seal crc | zeros |
 *  | u64        | number i64 | i32         | u32     | u32      |       |
 *  +------------+------------+-------------+---------+----------+-------+
 * </pre>
 *
 * <p>crc32c covers bytes 0 to 55, the seal's bytes 64 to 91, each its own field taken as zero. The seal is all zeros
 * until every place of the page is final and durable. All little-endian.
 */
public final class PageDescriptor {
    /** "ENGRAMJN" in the order of the bytes. */
    public static final long MAGIC = 0x4e4a4d4152474e45L;
    /** "ENGRAMJS" in the order of the bytes. */
    public static final long SEAL_MAGIC = 0x534a4d4152474e45L;
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
    /** The opening of the memory that made the page. */
    public static final int INCARNATION_OFFSET = MEMORY_ID_OFFSET + 2 * Long.BYTES;
    /** The page's place. */
    public static final int NUMBER_OFFSET = INCARNATION_OFFSET + Long.BYTES;
    /** Bytes of the page, this header included. */
    public static final int LENGTH_OFFSET = NUMBER_OFFSET + Long.BYTES;
    /** What the header's checksum covers. */
    public static final int CHECKED_LENGTH = LENGTH_OFFSET + Integer.BYTES + Integer.BYTES;
    /** Where the seal begins. */
    public static final int SEAL_OFFSET = 64;
    /** The seal: its magic. */
    public static final int SEAL_MAGIC_OFFSET = SEAL_OFFSET;
    /** The seal: the page's number again. */
    public static final int SEALED_OFFSET = SEAL_MAGIC_OFFSET + Long.BYTES;
    /** The seal: how many records. */
    public static final int RECORDS_OFFSET = SEALED_OFFSET + Long.BYTES;
    /** The seal: CRC-32C over the records' checksums, in order. */
    public static final int DIGEST_OFFSET = RECORDS_OFFSET + Integer.BYTES;
    /** The seal: its checksum. */
    public static final int SEAL_CRC_OFFSET = DIGEST_OFFSET + Integer.BYTES;
    /** Where the seal ends. */
    public static final int SEAL_END = SEAL_CRC_OFFSET + Integer.BYTES;
    /** Where the first record begins. */
    public static final int HEADER_LENGTH = 128;
    /** The shortest page. */
    public static final int MIN_LENGTH = 16 << 10;
    /** The longest page. */
    public static final int MAX_LENGTH = 64 << 20;

    private PageDescriptor() {}
}
