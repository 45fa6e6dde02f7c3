package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.nio.ByteBuffer;
import org.agrona.UnsafeApi;
import org.agrona.collections.LongHashSet;

/** Reads the rows of a segment that nobody writes to, and mends its slots. For one thread at a time. */
final class RowScanner {
    private final SegmentGeometry geometry;
    private final LongHashSet episodes;
    private final RowReader reader;

    /**
     * What an unsealed segment holds.
     *
     * @param end one past its last row, or its first sequence without rows
     * @param nextEpisode one more than the highest episode of a row, 0 without rows
     * @param newestPolicy the highest policy version of a row, 0 without rows
     * @param nextStream one more than the highest stream of a row, 0 without rows
     */
    record Rows(long end, long nextEpisode, long newestPolicy, int nextStream) {}

    /** {@code episodes}: those in the journal. A row of another one came through a power loss alone and is none. */
    RowScanner(SegmentGeometry geometry, LongHashSet episodes) {
        this.episodes = episodes;
        this.geometry = geometry;
        this.reader = new RowReader(geometry);
    }

    Rows scan(long rowsAddress, long firstSequence) {
        long end = firstSequence;
        long nextEpisode = 0;
        long newestPolicy = 0;
        int nextStream = 0;
        for (int i = 0; i < geometry.rows(); i++) {
            long address = rowsAddress + (long) i * geometry.stride();
            if (isRow(address, firstSequence + i)) {
                ByteBuffer view = reader.row();
                end = firstSequence + i + 1;
                nextEpisode = Math.max(nextEpisode, view.getLong(RowDescriptor.EPISODE_OFFSET) + 1);
                newestPolicy = Math.max(newestPolicy, view.getLong(RowDescriptor.POLICY_OFFSET));
                nextStream = Math.max(nextStream, view.getInt(RowDescriptor.STREAM_OFFSET) + 1);
            } else if (isErased(address, firstSequence + i)) {
                end = firstSequence + i + 1;
            }
        }
        return new Rows(end, nextEpisode, newestPolicy, nextStream);
    }

    /** Closes slots before the head that hold no row; wipes marks from the head on. */
    void mend(long rowsAddress, long firstSequence, long head) {
        for (int i = 0; i < geometry.rows(); i++) {
            long address = rowsAddress + (long) i * geometry.stride();
            long sequence = firstSequence + i;
            if (sequence >= head) {
                if (!Stamp.isOlder(UnsafeApi.getLong(address), sequence)) {
                    UnsafeApi.putLong(address, Stamp.FRESH);
                }
            } else if (!isRow(address, sequence) && !isErased(address, sequence)) {
                UnsafeApi.putLong(address, Stamp.of(sequence, Stamp.DEAD));
            }
        }
    }

    private static boolean isErased(long address, long sequence) {
        return UnsafeApi.getLong(address) == Stamp.of(sequence, Stamp.ERASED);
    }

    /** Whether the slot holds the row that belongs there, whole; then the reader has it. */
    private boolean isRow(long address, long sequence) {
        return Stamp.isPublished(UnsafeApi.getLong(address), sequence)
                && reader.isWhole(address)
                && episodes.contains(reader.row().getLong(RowDescriptor.EPISODE_OFFSET));
    }
}
