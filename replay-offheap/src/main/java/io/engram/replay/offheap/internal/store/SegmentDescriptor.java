package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.ring.SegmentGeometry;

/**
 * Header and footer of a segment file, one page each; {@link SegmentGeometry} has what lies between.
 *
 * <pre>
 *   header
 *   0       8         12       16          32            40        48     52       56
 *  +-------+---------+--------+-----------+-------------+---------+------+--------+-------+
 *  | magic | version | crc32c | memory id | incarnation | ordinal | rows | stride | zeros |
 *  | u64   | u32     | u32    | 16 bytes  | i64         | i64     | i32  | i32    |       |
 *  +-------+---------+--------+-----------+-------------+---------+------+--------+-------+
 *
 *   footer, all zeros while the segment is not sealed
 *   0       8         12       16            24        32          36          40
 *  +-------+---------+--------+-------------+---------+-----------+-----------+
 *  | magic | version | crc32c | incarnation | ordinal | published | abandoned |
 *  | u64   | u32     | u32    | i64         | i64     | i32       | i32       |
 *  +-------+---------+--------+-------------+---------+-----------+-----------+
 *   40             48              56            60       64
 *  +--------------+---------------+-------------+--------+-------+
 *  | next episode | newest policy | next stream | digest | zeros |
 *  | i64          | i64           | i32         | u32    |       |
 *  +--------------+---------------+-------------+--------+-------+
 * </pre>
 *
 * <p>Each crc32c covers its page up to the zeros, its own field taken as zero. All little-endian. A footer counts only
 * with the header's incarnation and ordinal.
 */
public final class SegmentDescriptor {
    /** Segments lie in this directory. */
    public static final String DIRECTORY = "segments";
    /** "ENGRAMSG" in the order of the bytes. */
    public static final long MAGIC = 0x47534d4152474e45L;
    /** "ENGRAMFT" in the order of the bytes. */
    public static final long FOOTER_MAGIC = 0x54464d4152474e45L;
    /** The version that this code writes, and the only one it reads. */
    public static final int VERSION = 1;
    /** What kind of file this is. */
    public static final int MAGIC_OFFSET = 0;
    /** The version of the format. */
    public static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
    /** The checksum. */
    public static final int CRC_OFFSET = VERSION_OFFSET + Integer.BYTES;
    /** Which memory the segment belongs to. */
    public static final int MEMORY_ID_OFFSET = CRC_OFFSET + Integer.BYTES;
    /** Which opening of the memory began the segment. */
    public static final int INCARNATION_OFFSET = MEMORY_ID_OFFSET + 2 * Long.BYTES;
    /** The segment's place. */
    public static final int ORDINAL_OFFSET = INCARNATION_OFFSET + Long.BYTES;
    /** Rows of the segment. */
    public static final int ROWS_OFFSET = ORDINAL_OFFSET + Long.BYTES;
    /** Bytes from row to row. */
    public static final int STRIDE_OFFSET = ROWS_OFFSET + Integer.BYTES;
    /** What a header's checksum covers. */
    public static final int HEADER_LENGTH = STRIDE_OFFSET + Integer.BYTES;

    /** Which opening of the memory began the segment that was sealed. */
    public static final int FOOTER_INCARNATION_OFFSET = CRC_OFFSET + Integer.BYTES;
    /** The place of the segment that was sealed. */
    public static final int FOOTER_ORDINAL_OFFSET = FOOTER_INCARNATION_OFFSET + Long.BYTES;
    /** Rows that can be read. */
    public static final int PUBLISHED_OFFSET = FOOTER_ORDINAL_OFFSET + Long.BYTES;
    /** Rows that were closed while being written. */
    public static final int ABANDONED_OFFSET = PUBLISHED_OFFSET + Integer.BYTES;
    /** One more than the highest episode. */
    public static final int NEXT_EPISODE_OFFSET = ABANDONED_OFFSET + Integer.BYTES;
    /** The highest policy version. */
    public static final int NEWEST_POLICY_OFFSET = NEXT_EPISODE_OFFSET + Long.BYTES;
    /** One more than the highest stream. */
    public static final int NEXT_STREAM_OFFSET = NEWEST_POLICY_OFFSET + Long.BYTES;
    /** The checksum over the published rows' stamps and checksums. */
    public static final int DIGEST_OFFSET = NEXT_STREAM_OFFSET + Integer.BYTES;
    /** What a footer's checksum covers. */
    public static final int FOOTER_LENGTH = DIGEST_OFFSET + Integer.BYTES;

    private SegmentDescriptor() {}
}
