package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.AnonymousSegments;
import io.engram.replay.offheap.internal.store.Rehearsal;
import io.engram.replay.offheap.internal.store.RowReader;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.agrona.UnsafeApi;
import org.agrona.collections.Long2LongHashMap;

/**
 * The rows that an opening would find, in its window and before it, without mending the slots that hold none. Good
 * until the rehearsal is closed. For one thread.
 */
final class HeldRows {
    /** A sequence that no row has. */
    static final long NONE = -1;

    private final Ring ring;
    private final boolean ofSnapshot;
    private final boolean restored;
    private final long floor;
    private final long unsealed;
    private final Map<Long, BitSet> unsealedRows = new HashMap<>();
    /** By row, the next row of its episode, if an opening would make the link anew. */
    private final Long2LongHashMap renewed = new Long2LongHashMap(NONE);

    HeldRows(Superblock superblock, Rehearsal rehearsal, boolean ofSnapshot) {
        this.ofSnapshot = ofSnapshot;
        Store.Recovered recovered = rehearsal.recovered();
        this.restored = recovered.resume() != null;
        SegmentGeometry geometry = superblock.geometry();
        this.floor = recovered.floor();
        this.ring = new Ring(geometry, superblock.capacity(), new AnonymousSegments(geometry), floor, recovered.head());
        long least = recovered.head();
        RowReader reader = new RowReader(geometry);
        for (Segment segment : recovered.segments()) {
            ring.install(segment);
            if (segment.life() == Segment.Life.LIVE) {
                long first = geometry.firstSequence(segment.ordinal());
                least = Math.min(least, first);
                unsealedRows.put(segment.ordinal(), rows(segment, first, reader, rehearsal.book()));
            }
        }
        this.unsealed = least;
        renewLinks(geometry);
    }

    private BitSet rows(Segment segment, long first, RowReader reader, EpisodeBook book) {
        BitSet rows = new BitSet();
        for (int i = 0; i < ring.geometry().rows(); i++) {
            long address = segment.rowsAddress() + (long) i * ring.geometry().stride();
            rows.set(
                    i,
                    Stamp.isPublished(UnsafeApi.getLong(address), first + i)
                            && reader.isWhole(address)
                            && book.entries().containsKey(reader.row().getLong(RowDescriptor.EPISODE_OFFSET)));
        }
        return rows;
    }

    private void renewLinks(SegmentGeometry geometry) {
        long from = Math.max(floor, geometry.firstSequence(Math.max(0, geometry.ordinal(unsealed) - 1)));
        for (long sequence = from; sequence < head(); sequence++) {
            int back = isRow(sequence) ? back(sequence) : 0;
            if (back > 0 && back < RowDescriptor.BACK_TOO_FAR) {
                renewed.put(sequence - back, sequence);
            }
        }
    }

    /** Whether sealed segments are shared with others, and read there. */
    boolean isOfSnapshot() {
        return ofSnapshot;
    }

    /** Whether nothing was appended since the memory was made from a snapshot, whose leaves are later than its rows. */
    boolean isRestored() {
        return restored;
    }

    long head() {
        return ring.head();
    }

    /** The oldest row of the window. */
    long tail() {
        return ring.tail(ring.head());
    }

    /** The oldest row there may be. */
    long floor() {
        return floor;
    }

    boolean isUnsealed(long sequence) {
        return unsealedRows.containsKey(ring.geometry().ordinal(sequence));
    }

    boolean isRow(long sequence) {
        long address = sequence < 0 ? 0 : ring.rowAddress(sequence);
        if (address == 0) {
            return false;
        }
        BitSet rows = unsealedRows.get(ring.geometry().ordinal(sequence));
        return rows == null
                ? Stamp.isPublished(UnsafeApi.getLong(address), sequence)
                : rows.get((int) (sequence & (ring.geometry().rows() - 1)));
    }

    /** Whether the row was there and was erased on request. */
    boolean isErased(long sequence) {
        long address = sequence < 0 ? 0 : ring.rowAddress(sequence);
        return address != 0 && UnsafeApi.getLong(address) == Stamp.of(sequence, Stamp.ERASED);
    }

    long episode(long sequence) {
        return UnsafeApi.getLong(address(sequence) + RowDescriptor.EPISODE_OFFSET);
    }

    int stream(long sequence) {
        return UnsafeApi.getInt(address(sequence) + RowDescriptor.STREAM_OFFSET);
    }

    int step(long sequence) {
        return UnsafeApi.getInt(address(sequence) + RowDescriptor.STEP_OFFSET);
    }

    int back(long sequence) {
        return UnsafeApi.getInt(address(sequence) + RowDescriptor.BACK_OFFSET);
    }

    /** The link as it is stored, 0 for none, or if the window has left the row so far behind that nobody reaches it. */
    int link(long sequence) {
        long address = ring.linkAddress(sequence);
        return address == 0 ? 0 : UnsafeApi.getInt(address);
    }

    /** Where a row lies that was asked for by {@link #isRow}. */
    private long address(long sequence) {
        long address = ring.rowAddress(sequence);
        if (address == 0) {
            throw new IndexOutOfBoundsException("no segment for sequence=" + sequence);
        }
        return address;
    }

    /** The next row of the episode, by a link that it confirms or that an opening makes; or {@link #NONE}. */
    long next(long sequence) {
        int link = link(sequence);
        long linked = sequence + link;
        return link > 0 && linked < head() && isRow(linked) && back(linked) == link ? linked : renewed.get(sequence);
    }
}
