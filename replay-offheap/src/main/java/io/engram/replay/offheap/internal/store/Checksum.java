package io.engram.replay.offheap.internal.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C of a block whose checksum field is taken as zero. */
public final class Checksum {
    private Checksum() {}

    /**
     * Of a block's first bytes.
     *
     * @param block from its byte 0 on, wherever it stands
     * @param length how many bytes
     * @param fieldOffset where the four bytes are that are taken as zero
     * @return the checksum
     */
    public static int of(ByteBuffer block, int length, int fieldOffset) {
        CRC32C crc = new CRC32C();
        crc.update(block.duplicate().clear().limit(fieldOffset));
        crc.update(new byte[Integer.BYTES]);
        crc.update(block.duplicate().clear().limit(length).position(fieldOffset + Integer.BYTES));
        return (int) crc.getValue();
    }
}
