package io.engram.replay.offheap.internal.ring;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;

/** Closes every slot of a segment, so that it never gains a row, and says what it holds. For one thread at a time. */
public final class SegmentCloser {
    private final SegmentGeometry geometry;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer entry =
            ByteBuffer.allocate(Long.BYTES + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);

    /**
     * A closer.
     *
     * @param geometry of the segments
     */
    public SegmentCloser(SegmentGeometry geometry) {
        this.geometry = geometry;
    }

    /**
     * Closes a segment. Writers that were in the middle of a row append it again under a new sequence. Closing twice
     * gives the same rows; abandoned rows whose writers gave up meanwhile are counted no more.
     *
     * @param segment trailing the head
     * @return what it holds
     */
    public SealFacts close(Segment segment) {
        long sequence = geometry.firstSequence(segment.ordinal());
        long address = segment.rowsAddress();
        int published = 0;
        int abandoned = 0;
        long nextEpisode = 0;
        long newestPolicy = 0;
        int nextStream = 0;
        crc.reset();
        for (int i = 0; i < geometry.rows(); i++, sequence++, address += geometry.stride()) {
            long stamp = Slot.close(address, sequence);
            if (Stamp.isPublished(stamp, sequence)) {
                published++;
                nextEpisode = Math.max(nextEpisode, UnsafeApi.getLong(address + RowDescriptor.EPISODE_OFFSET) + 1);
                newestPolicy = Math.max(newestPolicy, UnsafeApi.getLong(address + RowDescriptor.POLICY_OFFSET));
                nextStream = Math.max(nextStream, UnsafeApi.getInt(address + RowDescriptor.STREAM_OFFSET) + 1);
                entry.putLong(0, stamp).putInt(Long.BYTES, UnsafeApi.getInt(address + RowDescriptor.CRC_OFFSET));
                crc.update(entry.array());
            } else if (Stamp.state(stamp) == Stamp.ABANDONED) {
                abandoned++;
            }
        }
        if (abandoned == 0) {
            segment.setWithoutAbandonedRows();
        }
        return new SealFacts(published, abandoned, nextEpisode, newestPolicy, nextStream, (int) crc.getValue());
    }
}
