package io.engram.replay.offheap.internal.store;

/**
 * The file {@code journal.log}: records appended one after another, from the start of the file.
 *
 * <pre>
 *   0        4        8      9
 *  +--------+--------+------+---------+
 *  | length | crc32c | type | body    |
 *  | i32    | u32    | u8   |         |
 *  +--------+--------+------+---------+
 *
 *   type 1, STREAM:  body = | id i32 | name UTF-8 |
 * </pre>
 *
 * <p>length counts type and body; crc32c covers length, type and body. All little-endian. Types 2 and up have their
 * place for the begin and end of episodes.
 */
public final class JournalDescriptor {
    /** The file's name. */
    public static final String FILE_NAME = "journal.log";
    /** Bytes of type and body. */
    public static final int LENGTH_OFFSET = 0;
    /** The checksum. */
    public static final int CRC_OFFSET = LENGTH_OFFSET + Integer.BYTES;
    /** What the record says. */
    public static final int TYPE_OFFSET = CRC_OFFSET + Integer.BYTES;
    /** What it says it about. */
    public static final int BODY_OFFSET = TYPE_OFFSET + 1;
    /** A stream got its number. */
    public static final byte STREAM = 1;
    /** The longest type and body. */
    public static final int MAX_LENGTH = 4096;

    private JournalDescriptor() {}
}
