package io.engram.replay.offheap.internal.view;

import io.engram.replay.Episode;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.StoreLockedException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.platform.Platform;
import io.engram.replay.offheap.internal.store.DirectoryLock;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestCodec;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.Rehearsal;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A store that somebody else owns, or nobody: what it is, its episodes and its rows, as of one moment. A memory that
 * nobody has open is seen as the next opening would find it, a snapshot as it was taken. A memory in use is read
 * through its live window, whose rows may leave while they are read. Nothing is ever stored into the directory. For one
 * thread.
 */
public final class StoreView implements AutoCloseable {
    /** What is looked at. */
    public enum Kind {
        /** A memory that nobody has open. */
        MEMORY,
        /** A memory that a process has open. */
        IN_USE,
        /** A snapshot. */
        SNAPSHOT
    }

    private final Path directory;
    private final Kind kind;
    private final Superblock superblock;
    private final EpisodeBook book;
    private final SegmentMaps segments;
    private final long tail;
    private final long head;

    private StoreView(
            Path directory, Kind kind, Superblock superblock, EpisodeBook book, SegmentMaps segments, long[] window) {
        this.directory = directory;
        this.kind = kind;
        this.superblock = superblock;
        this.book = book;
        this.segments = segments;
        this.tail = window[0];
        this.head = window[1];
    }

    /**
     * Looks at a store.
     *
     * @param files how files are reached
     * @param directory of a memory, used or not, or of a snapshot
     * @return what there is, to be closed
     * @throws ForeignFileException if there is no memory in the directory
     * @throws StorageException if it cannot be read
     */
    public static StoreView open(FileLayer files, Path directory) {
        Platform.require();
        FileLayer reading = Rehearsal.reading(files, directory);
        try {
            Path head = directory.resolve(SuperblockDescriptor.FILE_NAME);
            if (reading.kind(head) == FileLayer.Kind.NOTHING) {
                throw new ForeignFileException("no Engram memory: directory=" + directory + ", expected "
                        + SuperblockDescriptor.FILE_NAME
                        + " in it; give the directory of a memory or of a snapshot");
            }
            Superblock superblock = Superblock.read(reading, head);
            Path manifest = directory.resolve(ManifestDescriptor.FILE_NAME);
            if (reading.kind(manifest) != FileLayer.Kind.NOTHING) {
                return ofSnapshot(reading, directory, superblock, ManifestCodec.read(reading, manifest));
            }
            return isInUse(directory)
                    ? ofMemoryInUse(reading, directory, superblock)
                    : ofMemory(reading, directory, superblock);
        } catch (IOException e) {
            throw new StorageException("the memory cannot be read: directory=" + directory + ": " + e, e);
        }
    }

    private static boolean isInUse(Path directory) {
        try {
            DirectoryLock.requireFree(directory);
            return false;
        } catch (StoreLockedException e) {
            return true;
        }
    }

    private static StoreView ofSnapshot(FileLayer files, Path directory, Superblock superblock, Manifest manifest)
            throws IOException {
        if (!superblock.memoryId().equals(manifest.identity().memoryId())) {
            throw new ForeignFileException("the manifest belongs to another memory: directory=" + directory
                    + ", memory id found=" + manifest.identity().memoryId() + ", expected=" + superblock.memoryId());
        }
        Rehearsal rehearsal = Rehearsal.ofSnapshot(files, directory, superblock, manifest);
        Manifest.Cut cut = manifest.cut();
        Store.Recovered found = rehearsal.recovered();
        long oldest = found.segments().isEmpty() ? -1 : found.segments().get(0).ordinal();
        boolean complete = cut.tail() == cut.head()
                || (oldest >= 0 && oldest <= superblock.geometry().ordinal(cut.tail()));
        if (!complete || found.head() != cut.head()) {
            rehearsal.close();
            throw new CorruptStoreException("segments of the snapshot are missing: directory=" + directory
                    + ", rows found up to=" + found.head() + ", oldest segment=" + oldest + ", expected rows "
                    + cut.tail() + " to " + cut.head() + "; restore it from a copy, or delete the snapshot");
        }
        return of(Kind.SNAPSHOT, directory, superblock, rehearsal);
    }

    private static StoreView ofMemory(FileLayer files, Path directory, Superblock superblock) throws IOException {
        try {
            return of(Kind.MEMORY, directory, superblock, Rehearsal.of(files, directory, superblock));
        } catch (StorageException | IOException e) {
            // Whoever opened it meanwhile may be changing what was looked at.
            if (isInUse(directory)) {
                return ofMemoryInUse(files, directory, superblock);
            }
            throw e;
        }
    }

    private static StoreView of(Kind kind, Path directory, Superblock superblock, Rehearsal rehearsal) {
        Store.Recovered found = rehearsal.recovered();
        SegmentMaps segments = SegmentMaps.of(superblock.geometry(), found.segments(), rehearsal::close);
        long tail = Math.max(found.floor(), found.head() - superblock.capacity());
        return new StoreView(directory, kind, superblock, rehearsal.book(), segments, new long[] {tail, found.head()});
    }

    private static StoreView ofMemoryInUse(FileLayer files, Path directory, Superblock superblock) throws IOException {
        LiveFiles live = new LiveFiles(files, directory, superblock);
        SegmentMaps segments = new SegmentMaps(superblock.geometry(), live::mapSegments);
        try {
            segments.refresh();
            long head = segments.head();
            long tail = Math.max(segments.floor(), head - superblock.capacity());
            Manifest resume = readResume(files, directory, superblock);
            if (resume != null) {
                // What lies before was not in the snapshot that the memory was made from.
                tail = Math.max(tail, resume.cut().tail());
                head = Math.max(head, resume.cut().head());
            }
            // After the head: an episode is recorded before it has a row.
            EpisodeBook book = live.readJournal();
            return new StoreView(directory, Kind.IN_USE, superblock, book, segments, new long[] {tail, head});
        } catch (Throwable t) {
            segments.close();
            throw t;
        }
    }

    private static @Nullable Manifest readResume(FileLayer files, Path directory, Superblock superblock)
            throws IOException {
        try {
            return ManifestCodec.readResume(files, directory, superblock);
        } catch (NoSuchFileException e) {
            // Whoever has it open removed it at this moment, having gone on since.
            return null;
        }
    }

    /**
     * Where it lies.
     *
     * @return as given
     */
    public Path directory() {
        return directory;
    }

    /**
     * What is looked at.
     *
     * @return as it was when the view was opened
     */
    public Kind kind() {
        return kind;
    }

    /**
     * What the memory is.
     *
     * @return schema, capacity and geometry
     */
    public Superblock superblock() {
        return superblock;
    }

    /**
     * What the journal says.
     *
     * @return streams and episodes
     */
    public EpisodeBook book() {
        return book;
    }

    /**
     * The first row of the window.
     *
     * @return its sequence
     */
    public long tail() {
        return tail;
    }

    /**
     * The end of the window.
     *
     * @return one more than the last row's sequence
     */
    public long head() {
        return head;
    }

    /**
     * A way to the rows, good until the view is closed.
     *
     * @return a new one
     */
    public RowCursor rows() {
        return new RowCursor(superblock.geometry(), segments, book);
    }

    /**
     * The episodes that are open or have rows in the window.
     *
     * @return by number, ascending; figures of open ones are those of their rows in the window
     */
    public List<Episode> episodes() {
        return EpisodeList.of(this);
    }

    @Override
    public void close() {
        segments.close();
    }
}
