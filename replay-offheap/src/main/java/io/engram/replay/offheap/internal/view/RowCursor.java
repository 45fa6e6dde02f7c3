package io.engram.replay.offheap.internal.view;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.RowReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.UnsafeApi;

/**
 * Copies rows out of a store, whole or not at all, whatever its owner does meanwhile: the segment's header and the
 * row's stamp are looked at before and after the copy, and the copy has its checksum. For one thread.
 */
public final class RowCursor {
    /** What there is at a sequence. */
    public enum Found {
        /** A row, which was copied. */
        ROW,
        /** No row: it was never published, is dead, or was erased. */
        NONE,
        /** It has left the window, and its place is another row's by now. */
        GONE,
        /** A published row that does not match its checksum. */
        DAMAGED
    }

    private final SegmentGeometry geometry;
    private final SegmentMaps segments;
    private final EpisodeBook book;
    private final RowReader reader;
    private final ByteBuffer row;
    private long stamp;

    private Runnable betweenLooks = () -> {};

    RowCursor(SegmentGeometry geometry, SegmentMaps segments, EpisodeBook book) {
        this.geometry = geometry;
        this.segments = segments;
        this.book = book;
        this.reader = new RowReader(geometry);
        this.row = reader.row();
    }

    /** For tests: is told between the copy of a row and the second look at its stamp. */
    void betweenLooks(Runnable hook) {
        betweenLooks = hook;
    }

    /**
     * Copies a row.
     *
     * @param sequence which
     * @return what there is; only of a row the other methods tell
     */
    public Found read(long sequence) {
        try {
            MappedSegment segment = segments.find(geometry.ordinal(sequence));
            return segment == null ? Found.GONE : read(segment, sequence);
        } catch (IOException e) {
            throw new StorageException("a row cannot be read: sequence=" + sequence + ": " + e, e);
        }
    }

    private Found read(MappedSegment segment, long sequence) {
        long address = segment.rowAddress(geometry, sequence);
        long before = UnsafeApi.getLongVolatile(null, address);
        if (!Stamp.isPublished(before, sequence)) {
            return Stamp.sequence(before) > sequence || !segment.isSame() ? Found.GONE : Found.NONE;
        }
        boolean whole = reader.isWhole(address);
        betweenLooks.run();
        UnsafeApi.loadFence();
        long after = UnsafeApi.getLongVolatile(null, address);
        if (!segment.isSame() || Stamp.sequence(after) != sequence) {
            return Found.GONE;
        }
        if (after != before) {
            // Erased under the copy.
            return Found.NONE;
        }
        stamp = before;
        if (!whole) {
            return Found.DAMAGED;
        }
        EpisodeBook.Entry entry = book.entries().get(episode());
        // One whose episode has no begin came through a power loss alone, and is none.
        return entry == null || entry.begin() == null ? Found.NONE : Found.ROW;
    }

    /**
     * The row.
     *
     * @return header and payload, little-endian, the stamp's state and the checksum zero; good until the next read
     */
    public ByteBuffer row() {
        return row;
    }

    /**
     * What the row is.
     *
     * @return bits of {@link io.engram.replay.internal.RowFlags}
     */
    public int flags() {
        return Stamp.flags(stamp);
    }

    /**
     * The episode.
     *
     * @return its number
     */
    public long episode() {
        return row.getLong(RowDescriptor.EPISODE_OFFSET);
    }

    /**
     * The version of the policy that acted.
     *
     * @return at least 0
     */
    public long policy() {
        return row.getLong(RowDescriptor.POLICY_OFFSET);
    }

    /**
     * The stream.
     *
     * @return its number
     */
    public int stream() {
        return row.getInt(RowDescriptor.STREAM_OFFSET);
    }

    /**
     * The row's place in its episode.
     *
     * @return from 0
     */
    public int step() {
        return row.getInt(RowDescriptor.STEP_OFFSET);
    }
}
