package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;

/** Takes rows out of memory that nobody writes to, and says whether they are whole. For one thread at a time. */
public final class RowReader {
    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);

    private final CRC32C crc = new CRC32C();
    private final byte[] image;
    private final ByteBuffer view;

    /**
     * A reader.
     *
     * @param geometry of the segments
     */
    public RowReader(SegmentGeometry geometry) {
        this.image = new byte[geometry.rowLength()];
        this.view = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Whether the row at a place matches its checksum; {@link #row} has it then.
     *
     * @param address of the row
     * @return false if it is torn
     */
    public boolean isWhole(long address) {
        UnsafeApi.copyMemory(null, address, image, ARRAY_BASE, image.length);
        int stored = view.getInt(RowDescriptor.CRC_OFFSET);
        view.putLong(RowDescriptor.STAMP_OFFSET, Stamp.withoutState(view.getLong(RowDescriptor.STAMP_OFFSET)));
        view.putInt(RowDescriptor.CRC_OFFSET, 0);
        crc.reset();
        crc.update(image);
        return (int) crc.getValue() == stored;
    }

    /**
     * The row that was looked at last, without its state and its checksum.
     *
     * @return its bytes, good until the next call
     */
    public ByteBuffer row() {
        return view;
    }
}
