package io.engram.replay.offheap.internal.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C of a block whose checksum field is taken as zero. */
final class Checksum {
    private Checksum() {}

    /** Of the buffer's bytes 0 to {@code length}, the four at {@code fieldOffset} taken as zero. */
    static int of(ByteBuffer block, int length, int fieldOffset) {
        CRC32C crc = new CRC32C();
        crc.update(block.duplicate().clear().limit(fieldOffset));
        crc.update(new byte[Integer.BYTES]);
        crc.update(block.duplicate().clear().limit(length).position(fieldOffset + Integer.BYTES));
        return (int) crc.getValue();
    }
}
