package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SealFacts;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Slot;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.ring.Tombstones;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FileLayer.OpenFile;
import io.engram.replay.offheap.internal.store.FilePieces;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SegmentFooter;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * Takes rows out of one file of rows, which may be in use meanwhile: every slot changes by the same steps that writers
 * and the sealer take. {@link #erase} makes rows unreadable, {@link #zero} makes their bytes zeros; what stays is
 * compared. For one thread.
 */
final class SegmentScrub {
    private final FileLayer files;
    private final Superblock superblock;
    private final SegmentGeometry geometry;
    private final SharedFile file;
    private BitSet staying = new BitSet();
    private String before = "";
    private int erased;
    private int scrubbed;
    private int abandoned;
    private boolean isFinal;

    SegmentScrub(FileLayer files, Superblock superblock, SharedFile file) {
        this.files = files;
        this.superblock = superblock;
        this.geometry = superblock.geometry();
        this.file = file;
    }

    SharedFile file() {
        return file;
    }

    /** Makes rows unreadable that are meant, or that left every window: durable when this returns. */
    void erase() throws IOException {
        boolean needed;
        try (StoredSegment segment = StoredSegment.openForReading(files, file.path(), superblock)) {
            isFinal = !file.isLive() || segment.facts() != null;
            BitSet going = new BitSet();
            sort(segment, going);
            erased = going.cardinality();
            if (!going.isEmpty() || isDirty(segment)) {
                before = survivors().digest(segment);
            }
            // Also where stamps are as they should be: whoever erased them in memory has not made them durable.
            needed = !going.isEmpty();
        }
        if (needed) {
            try (StoredSegment segment = StoredSegment.open(files, file.path(), superblock, file.isSparse())) {
                BitSet going = new BitSet();
                sort(segment, going);
                long first = geometry.firstSequence(segment.header().ordinal());
                for (int i = going.nextSetBit(0); i >= 0; i = going.nextSetBit(i + 1)) {
                    Slot.erase(segment.row(i), first + i);
                    Tombstones.set(segment.address(), geometry, i);
                }
                segment.force();
            }
        }
    }

    /** Which rows stay, and which go, or went without their bytes having gone yet. */
    private void sort(StoredSegment segment, BitSet going) {
        staying = new BitSet();
        long sequence = geometry.firstSequence(segment.header().ordinal());
        for (int i = 0; i < geometry.rows(); i++, sequence++) {
            long address = segment.row(i);
            long stamp = UnsafeApi.getLongVolatile(null, address);
            if (stamp == Stamp.of(sequence, Stamp.ERASED)) {
                if (!isZero(address) || !Tombstones.isSet(segment.address(), geometry, i)) {
                    going.set(i);
                }
            } else if (Stamp.isPublished(stamp, sequence) && !file.isNew(sequence)) {
                boolean stays = file.isHeld(sequence)
                        && !file.dooms(sequence, UnsafeApi.getLong(address + RowDescriptor.EPISODE_OFFSET));
                (stays ? staying : going).set(i);
            }
        }
    }

    private Survivors survivors() {
        return new Survivors(geometry, staying);
    }

    /** Makes everything zeros that is not a row that stays, or a new one; durable when this returns. */
    void zero() throws IOException {
        boolean needed;
        try (StoredSegment segment = StoredSegment.openForReading(files, file.path(), superblock)) {
            needed = isDirty(segment);
            if (needed && before.isEmpty()) {
                // A slot was closed since, by the sealer.
                before = survivors().digest(segment);
            }
        }
        if (needed) {
            try (StoredSegment segment = StoredSegment.open(files, file.path(), superblock, file.isSparse())) {
                long first = geometry.firstSequence(segment.header().ordinal());
                for (int i = 0; i < geometry.rows(); i++) {
                    scrub(segment, i, first + i);
                }
                segment.force();
            }
        }
        renewFooter();
    }

    private boolean isDirty(StoredSegment segment) {
        long sequence = geometry.firstSequence(segment.header().ordinal());
        for (int i = 0; i < geometry.rows(); i++, sequence++) {
            long stamp = UnsafeApi.getLongVolatile(null, segment.row(i));
            boolean linked = stamp == Stamp.of(sequence, Stamp.ERASED) && UnsafeApi.getInt(segment.link(i)) != 0;
            boolean dirty = isScrubbed(stamp, sequence) && !isZero(segment.row(i));
            if (linked || dirty) {
                return true;
            }
        }
        return false;
    }

    /** Whether nothing that counts is in a slot: it is closed, erased, or not used in this sequence. */
    private static boolean isScrubbed(long stamp, long sequence) {
        return Stamp.isOlder(stamp, sequence) || isClosed(stamp, sequence);
    }

    private static boolean isClosed(long stamp, long sequence) {
        return stamp == Stamp.of(sequence, Stamp.ERASED)
                || stamp == Stamp.of(sequence, Stamp.DEAD)
                || stamp == Stamp.of(sequence, Stamp.ABANDONED);
    }

    private void scrub(StoredSegment segment, int i, long sequence) {
        long address = segment.row(i);
        long stamp = UnsafeApi.getLongVolatile(null, address);
        boolean dirty = isScrubbed(stamp, sequence) && !isZero(address);
        if (isClosed(stamp, sequence)) {
            if (stamp == Stamp.of(sequence, Stamp.ERASED)) {
                Tombstones.set(segment.address(), geometry, i);
                UnsafeApi.putInt(segment.link(i), 0);
            } else if (dirty) {
                scrubbed++;
                abandoned += stamp == Stamp.of(sequence, Stamp.ABANDONED) ? 1 : 0;
            }
            if (dirty) {
                makeZero(address);
            }
        } else if (dirty && Slot.mark(address, sequence)) {
            // Marked, the slot is this thread's as it would be a writer's; a writer who comes now claims another one.
            makeZero(address);
            Slot.release(address, sequence);
            scrubbed++;
        }
    }

    private boolean isZero(long row) {
        for (int at = Long.BYTES; at < geometry.stride(); at += Long.BYTES) {
            if (UnsafeApi.getLong(row + at) != 0) {
                return false;
            }
        }
        return true;
    }

    private void makeZero(long row) {
        for (int at = Long.BYTES; at < geometry.stride(); at += FilePieces.PIECE) {
            UnsafeApi.setMemory(null, row + at, Math.min(FilePieces.PIECE, geometry.stride() - at), (byte) 0);
        }
    }

    /**
     * Another process may be erasing in the same file, for a fork; whoever stores a footer looks whether it is right
     * still, and so the last one is.
     */
    private void renewFooter() throws IOException {
        try (StoredSegment segment = StoredSegment.openForReading(files, file.path(), superblock)) {
            while (true) {
                SealFacts stored = segment.facts();
                SealFacts counted = stored == null ? torn(segment) : count(segment, stored);
                if (counted == null || counted.equals(stored)) {
                    return;
                }
                try (OpenFile open = files.open(file.path())) {
                    open.write(SegmentFooter.encode(segment.header(), counted), geometry.footerOffset());
                    open.sync();
                }
            }
        }
    }

    /**
     * The footer that a run was writing which died there: of its checksum and its counts some are new, and the checksum
     * is that of the new ones. Null if this is no such footer.
     */
    private @Nullable SealFacts torn(StoredSegment segment) {
        ByteBuffer footer = segment.footer();
        if (footer.getLong(SegmentDescriptor.MAGIC_OFFSET) != SegmentDescriptor.FOOTER_MAGIC) {
            return null;
        }
        SealFacts counted = count(
                segment,
                new SealFacts(
                        0,
                        footer.getInt(SegmentDescriptor.ABANDONED_OFFSET),
                        footer.getLong(SegmentDescriptor.NEXT_EPISODE_OFFSET),
                        footer.getLong(SegmentDescriptor.NEWEST_POLICY_OFFSET),
                        footer.getInt(SegmentDescriptor.NEXT_STREAM_OFFSET),
                        0));
        int crc = SegmentFooter.encode(segment.header(), counted).getInt(SegmentDescriptor.CRC_OFFSET);
        return crc == footer.getInt(SegmentDescriptor.CRC_OFFSET) ? counted : null;
    }

    /** What the footer says of numbers stays: they were given out, and are not given again. */
    private SealFacts count(StoredSegment segment, SealFacts stored) {
        CRC32C crc = new CRC32C();
        ByteBuffer entry = ByteBuffer.allocate(Long.BYTES + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long sequence = geometry.firstSequence(segment.header().ordinal());
        int published = 0;
        for (int i = 0; i < geometry.rows(); i++, sequence++) {
            long stamp = UnsafeApi.getLongVolatile(null, segment.row(i));
            if (Stamp.isPublished(stamp, sequence)) {
                published++;
                entry.putLong(0, stamp).putInt(Long.BYTES, UnsafeApi.getInt(segment.row(i) + RowDescriptor.CRC_OFFSET));
                crc.update(entry.array());
            }
        }
        return new SealFacts(
                published,
                stored.abandonedRows(),
                stored.nextEpisode(),
                stored.newestPolicy(),
                stored.nextStream(),
                (int) crc.getValue());
    }

    /** Whether anything was done to the file. */
    boolean hasOutcome() {
        // Without a digest nothing was to go; a slot that was closed since has no row to be told of.
        return !before.isEmpty() && (erased > 0 || scrubbed > 0);
    }

    /** What was done, once the rows that stay are the same as before. */
    FileOutcome outcome() throws IOException {
        String after;
        try (StoredSegment segment = StoredSegment.openForReading(files, file.path(), superblock)) {
            after = survivors().digest(segment);
        }
        if (before.isEmpty()) {
            // An earlier run did all there was to do; what was there before that is in the record.
            before = after;
        }
        if (!after.equals(before)) {
            throw new StorageException("rows changed that were to stay: file=" + file.path() + ", rows="
                    + survivors().count() + ", SHA-256 before=" + before + ", after=" + after
                    + "; check the memory, and erase again");
        }
        String note = abandoned == 0 ? "" : "abandoned rows=" + abandoned;
        return new FileOutcome(file.name(), erased, scrubbed, survivors().count(), isFinal, before, after, note);
    }

    /** The same before anything is compared. */
    FileOutcome intended() {
        return new FileOutcome(file.name(), erased, scrubbed, survivors().count(), isFinal, before, "", "");
    }
}
