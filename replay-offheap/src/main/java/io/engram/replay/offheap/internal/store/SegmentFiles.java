package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.StorageFullException;
import io.engram.replay.offheap.internal.ring.Region;
import io.engram.replay.offheap.internal.ring.SealFacts;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.SegmentSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * Segments in files. A file is written whole under a temporary name and renamed when it is ready, so a file with a
 * segment's name is a segment, whenever the process was killed. Names are never used twice: ordinal, incarnation and a
 * running number.
 */
public final class SegmentFiles implements SegmentSource {
    /** What their names end in. */
    public static final String SUFFIX = ".seg";

    static final String TEMPORARY_SUFFIX = ".tmp";

    private static final int PIECE = 256 << 10;

    private final FileLayer files;
    private final Path directory;
    private final Superblock superblock;
    private final SegmentGeometry geometry;
    private final long incarnation;
    private volatile Runnable journalForce = () -> {};
    private volatile @Nullable IOException namesFailure;
    private final AtomicLong created = new AtomicLong();

    SegmentFiles(FileLayer files, Path directory, Superblock superblock, long incarnation) {
        this.files = files;
        this.directory = directory;
        this.superblock = superblock;
        this.geometry = superblock.geometry();
        this.incarnation = incarnation;
    }

    /**
     * Says how the journal is made durable, which must be before the rows that it tells of are.
     *
     * @param force throws if that is not certain
     */
    public void setJournalForce(Runnable force) {
        journalForce = force;
    }

    @Override
    public Region create(long ordinal) {
        SegmentHeader header = new SegmentHeader(superblock.memoryId(), incarnation, ordinal);
        Path file = name(ordinal);
        Path temporary = temporary(file);
        FileLayer.@Nullable Mapping mapping = null;
        try {
            try (FileLayer.OpenFile open = files.create(temporary)) {
                allocate(open, header);
                mapping = open.map(geometry.length());
            }
            touch(mapping);
            files.rename(temporary, file);
            return new FileRegion(mapping, file, header, true);
        } catch (IOException e) {
            if (mapping != null) {
                mapping.unmap();
            }
            throw full(ordinal, e, DirectoryTree.tryDelete(files, temporary));
        }
    }

    @Override
    public void setAside(Region region) {
        FileRegion unnamed = (FileRegion) region;
        Path temporary = temporary(unnamed.file());
        try {
            // Killed from here on, the file is a leftover and its rows, all behind the window, are gone with it.
            files.rename(unnamed.file(), temporary);
        } catch (IOException e) {
            throw new StorageException("a segment could not be set aside: file=" + unnamed.file() + ": " + e, e);
        }
        unnamed.become(temporary, unnamed.header());
    }

    @Override
    public @Nullable Region recycle(Region region, long ordinal) {
        FileRegion reused = (FileRegion) region;
        if (!reused.isOwn()) {
            return null;
        }
        SegmentHeader header = new SegmentHeader(superblock.memoryId(), incarnation, ordinal);
        Path file = name(ordinal);
        try {
            // A snapshot, a fork, or a copy that somebody made with hard links.
            if (files.linkCount(reused.file()) > 1) {
                return null;
            }
            byte[] footer = new byte[SegmentDescriptor.FOOTER_LENGTH];
            reused.get(geometry.footerOffset(), footer);
            if (ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN).getLong(SegmentDescriptor.MAGIC_OFFSET) != 0) {
                // A power loss must not bring the old footer back to vouch for new rows.
                reused.put(geometry.footerOffset(), new byte[SegmentDescriptor.FOOTER_LENGTH]);
                reused.mapping().force(geometry.footerOffset(), SegmentGeometry.PAGE);
            }
            clearTombstones(reused);
            // Until its old name is gone for good, a file with the new header would seem to be a segment, and those
            // just before it, whose names nothing has made durable yet, to be missing.
            syncNames();
            reused.put(0, header.encode(geometry).array());
            // Nor must it bring back the old header under the new name.
            reused.mapping().force(0, SegmentGeometry.PAGE);
            files.rename(reused.file(), file);
            reused.become(file, header);
            return reused;
        } catch (IOException e) {
            throw new StorageException("a segment could not be recycled: file=" + reused.file() + ": " + e, e);
        }
    }

    /** Those of the old rows must not speak of new ones. */
    private void clearTombstones(FileRegion region) throws IOException {
        int length = geometry.footerOffset() - geometry.tombstonesOffset();
        for (int at = 0; at < length; at += Long.BYTES) {
            if (UnsafeApi.getLong(region.address() + geometry.tombstonesOffset() + at) != 0) {
                region.put(geometry.tombstonesOffset(), new byte[length]);
                region.mapping().force(geometry.tombstonesOffset(), length);
                return;
            }
        }
    }

    @Override
    public void seal(Segment segment, SealFacts facts) {
        FileRegion region = (FileRegion) segment.region();
        try {
            // Rows name their streams and episodes by number; those must not be lost where the rows are kept.
            journalForce.run();
            region.mapping().force(0, geometry.footerOffset());
            region.put(
                    geometry.footerOffset(),
                    SegmentFooter.encode(region.header(), facts).array());
            region.mapping().force(geometry.footerOffset(), SegmentGeometry.PAGE);
            syncNames();
        } catch (IOException e) {
            throw new StorageException("a segment could not be made durable: file=" + region.file() + ": " + e, e);
        }
    }

    @Override
    public void forceLinks(Segment segment) {
        FileRegion region = (FileRegion) segment.region();
        int offset = geometry.linksOffset();
        try {
            region.mapping().force(offset, geometry.tombstonesOffset() - offset);
        } catch (IOException e) {
            throw new StorageException(
                    "the links of a segment could not be made durable: file=" + region.file() + ": " + e, e);
        }
    }

    /**
     * Makes an open segment's rows durable without sealing it.
     *
     * @param segment live
     * @throws StorageException if that is not certain
     */
    public void force(Segment segment) {
        FileRegion region = (FileRegion) segment.region();
        try {
            region.mapping().force(0, geometry.footerOffset());
        } catch (IOException e) {
            throw new StorageException("a segment could not be made durable: file=" + region.file() + ": " + e, e);
        }
    }

    /**
     * Makes the segments' names and the journal durable.
     *
     * @throws StorageException if that is not certain
     */
    public void forceNames() {
        try {
            journalForce.run();
            syncNames();
        } catch (IOException e) {
            throw new StorageException(
                    "the names of segments could not be made durable: directory=" + directory + ": " + e, e);
        }
    }

    /** The system reports a failed sync once; whoever relies on the names later must hear of it, too. */
    private void syncNames() throws IOException {
        IOException earlier = namesFailure;
        if (earlier != null) {
            throw new IOException("an earlier sync failed: " + earlier.getMessage(), earlier);
        }
        try {
            files.syncDirectory(directory);
        } catch (IOException e) {
            namesFailure = e;
            throw e;
        }
    }

    @Override
    public void unlink(Region region) {
        FileRegion unlinked = (FileRegion) region;
        try {
            files.delete(unlinked.file());
        } catch (IOException e) {
            throw new StorageException("a segment could not be removed: file=" + unlinked.file() + ": " + e, e);
        }
    }

    @Override
    public void unmap(Region region) {
        ((FileRegion) region).mapping().unmap();
    }

    @Override
    public boolean isPersistent() {
        return true;
    }

    private void allocate(FileLayer.OpenFile open, SegmentHeader header) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE);
        open.write(header.encode(geometry), 0);
        open.write(zeros.limit(SegmentGeometry.PAGE), geometry.footerOffset());
        // A power loss can keep a name and lose what the file held; then nothing would say what it was. These two pages
        // are soon written, and make the header and the length durable before the name is there.
        open.sync();
        // Writing reserves the blocks: a full disk shows here, and never as a fault in a mapping.
        for (long at = SegmentGeometry.PAGE; at < geometry.footerOffset(); at += PIECE) {
            zeros.clear().limit((int) Math.min(PIECE, geometry.footerOffset() - at));
            open.write(zeros, at);
        }
    }

    /** First stores fault; better here than under an append. Nobody else knows the mapping yet. */
    private void touch(Region region) {
        for (long at = SegmentGeometry.PAGE; at < geometry.length(); at += SegmentGeometry.PAGE) {
            UnsafeApi.putLong(region.address() + at, 0);
        }
    }

    private Path name(long ordinal) {
        return directory.resolve(
                String.format("%016x-%016x-%04x%s", ordinal, incarnation, created.getAndIncrement(), SUFFIX));
    }

    private static Path temporary(Path file) {
        return file.resolveSibling(file.getFileName() + TEMPORARY_SUFFIX);
    }

    private StorageFullException full(long ordinal, IOException cause, @Nullable IOException onDiscard) {
        StorageFullException full = new StorageFullException(
                "no room for the next segment: directory=" + directory + ", segment=" + ordinal + ", bytes needed="
                        + geometry.length() + ": " + cause + "; nothing was appended, the memory can still be read;"
                        + " free some space and append again",
                cause);
        if (onDiscard != null) {
            full.addSuppressed(onDiscard);
        }
        return full;
    }
}
