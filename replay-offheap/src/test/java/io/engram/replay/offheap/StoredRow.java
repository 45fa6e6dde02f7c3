package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.ring.RowDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/** A row as it lies in a file, read by FORMAT.md and nothing else. Compared by value. */
@SuppressWarnings("ArrayRecordComponent")
record StoredRow(long sequence, int flags, long episode, long policy, int stream, int step, int back, byte[] payload) {
    private static final int STATE_BITS = 3;
    private static final int SEQUENCE_SHIFT = 8;
    private static final int PUBLISHED = 2;

    /** The stamp's sequence. */
    static long sequence(long stamp) {
        return stamp >>> SEQUENCE_SHIFT;
    }

    static boolean isPublished(long stamp) {
        return (stamp & 7) == PUBLISHED;
    }

    /** Whether the row's checksum is that of its bytes. */
    static boolean isWhole(byte[] image) {
        ByteBuffer row = ByteBuffer.wrap(image.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int stored = row.getInt(RowDescriptor.CRC_OFFSET);
        row.putInt(RowDescriptor.CRC_OFFSET, 0);
        row.put(0, (byte) (row.get(0) & ~7));
        CRC32C crc = new CRC32C();
        crc.update(row.array());
        return (int) crc.getValue() == stored;
    }

    static StoredRow decode(byte[] image) {
        ByteBuffer row = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        long stamp = row.getLong(RowDescriptor.STAMP_OFFSET);
        return new StoredRow(
                sequence(stamp),
                (int) (stamp >>> STATE_BITS) & 0b11111,
                row.getLong(RowDescriptor.EPISODE_OFFSET),
                row.getLong(RowDescriptor.POLICY_OFFSET),
                row.getInt(RowDescriptor.STREAM_OFFSET),
                row.getInt(RowDescriptor.STEP_OFFSET),
                row.getInt(RowDescriptor.BACK_OFFSET),
                Arrays.copyOfRange(image, RowDescriptor.HEADER_LENGTH, image.length));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoredRow that && toString().equals(that.toString());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(sequence);
    }

    @Override
    public String toString() {
        return "row sequence=" + sequence + " flags=" + flags + " episode=" + episode + " policy=" + policy + " stream="
                + stream + " step=" + step + " back=" + back + " payload="
                + HexFormat.of().formatHex(payload);
    }
}
