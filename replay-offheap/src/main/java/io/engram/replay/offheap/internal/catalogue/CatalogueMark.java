package io.engram.replay.offheap.internal.catalogue;

import io.engram.replay.offheap.internal.journal.JournalCursor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What is left beside a map that was closed cleanly: of which memory it is, how far of its journal is in it, and the
 * checksum of its file. Without one the map is made anew. Immutable.
 *
 * @param memoryId of the memory
 * @param schema a hash of schema and capacity
 * @param place in the journal; everything before is in the map
 * @param entries that the map was made for
 * @param size how many it has
 * @param length of its file
 * @param crc of its file
 */
record CatalogueMark(
        UUID memoryId, long schema, JournalCursor.Place place, long entries, long size, long length, int crc) {
    static final String FILE_NAME = "clean.mark";
    /** Another layout of marks, maps or {@link StoredEpisode}s is another version. */
    static final int VERSION = 1;

    private static final long MAGIC =
            ByteBuffer.wrap(new byte[] {'E', 'N', 'G', 'R', 'A', 'M', 'C', 'T'}).getLong();
    private static final int LENGTH = 96;

    byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(LENGTH)
                .putLong(MAGIC)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(VERSION)
                .putInt(0)
                .putLong(memoryId.getMostSignificantBits())
                .putLong(memoryId.getLeastSignificantBits())
                .putLong(schema)
                .putLong(place.page())
                .putInt(place.offset())
                .putInt(place.checksum())
                .putLong(place.recordPage())
                .putInt(place.recordOffset())
                .putLong(entries)
                .putLong(size)
                .putLong(length)
                .putInt(crc);
        return bytes.putInt(12, crcOf(bytes.array())).array();
    }

    /** A mark, or null if the bytes are none of this version. */
    static @Nullable CatalogueMark decode(byte[] bytes) {
        if (bytes.length != LENGTH) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes.clone());
        boolean own = in.getLong() == MAGIC;
        in.order(ByteOrder.LITTLE_ENDIAN);
        own &= in.getInt() == VERSION;
        int stored = in.getInt();
        in.putInt(12, 0);
        if (!own || crcOf(in.array()) != stored) {
            return null;
        }
        return new CatalogueMark(
                new UUID(in.getLong(), in.getLong()),
                in.getLong(),
                new JournalCursor.Place(in.getLong(), in.getInt(), in.getInt(), in.getLong(), in.getInt()),
                in.getLong(),
                in.getLong(),
                in.getLong(),
                in.getInt());
    }

    private static int crcOf(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
