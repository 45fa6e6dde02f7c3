package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.SnapshotException;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.TruncatedStoreException;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.ring.SealFacts;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Opens a snapshot where it lies, for reading. Takes no lock: nothing but an erasure changes a snapshot. What is the
 * snapshot's alone is checked whole against the manifest; of a shared segment header and footer are, and its rows are
 * not read.
 */
public final class SnapshotOpener {
    private final FileLayer files;
    private final Path directory;

    /**
     * An opener.
     *
     * @param files how files are reached
     * @param directory of the snapshot
     */
    public SnapshotOpener(FileLayer files, Path directory) {
        this.files = files;
        this.directory = directory;
    }

    /**
     * Opens the snapshot.
     *
     * @return a store of which nothing may be changed
     * @throws StorageException a subclass that says what is wrong
     */
    public Store open() {
        FileLayer.Kind kind = files.kind(directory);
        if (kind == FileLayer.Kind.NOTHING) {
            throw new SnapshotException("there is no such snapshot: directory=" + directory);
        }
        if (kind != FileLayer.Kind.DIRECTORY) {
            throw new ForeignFileException(
                    "not a snapshot: file=" + directory + ", expected a directory, and no link to one; move it away");
        }
        try {
            return read();
        } catch (StorageException e) {
            if (files.kind(directory) == FileLayer.Kind.NOTHING) {
                throw new SnapshotException("the snapshot was deleted meanwhile: directory=" + directory, e);
            }
            if (isBeingErased()) {
                throw new SnapshotException(
                        "an erasure is under way in the snapshot, or was interrupted: directory=" + directory
                                + "; if no process has the memory open, open it once to finish the erasure, and try"
                                + " again",
                        e);
            }
            throw e;
        }
    }

    /** Then files may differ from the manifest, which is told at the end. */
    private boolean isBeingErased() {
        Path snapshots = directory.toAbsolutePath().normalize().getParent();
        if (snapshots == null || !snapshots.endsWith(ManifestDescriptor.DIRECTORY)) {
            return false;
        }
        Path memory = snapshots.getParent();
        try {
            return memory != null && PendingErasure.isIn(files, memory);
        } catch (IOException e) {
            // What was wrong with the snapshot is the better answer.
            return false;
        }
    }

    private Store read() {
        try {
            Manifest manifest = ManifestCodec.read(files, directory.resolve(ManifestDescriptor.FILE_NAME));
            Path head = directory.resolve(SuperblockDescriptor.FILE_NAME);
            requireThere(head);
            Superblock superblock = Superblock.read(files, head);
            // Before its files, none of which would be as it says.
            if (!superblock.memoryId().equals(manifest.identity().memoryId())) {
                throw new ForeignFileException("the manifest belongs to another memory: file="
                        + directory.resolve(ManifestDescriptor.FILE_NAME) + ", memory id found="
                        + manifest.identity().memoryId() + ", expected=" + superblock.memoryId()
                        + "; restore it from a copy, or delete the snapshot");
            }
            requireFiles(manifest);
            return open(manifest, superblock);
        } catch (IOException e) {
            throw new StorageException("the snapshot could not be opened: directory=" + directory + ": " + e, e);
        }
    }

    /**
     * Finds out whether the snapshot can be opened.
     *
     * @throws StorageException a subclass that says what is wrong
     */
    public void check() {
        Store store = open();
        store.indexes().forEach(each -> each.memory().free());
        store.recovered()
                .segments()
                .forEach(segment -> ((FileRegion) segment.region()).mapping().unmap());
        for (JournalPage page = store.journal().before().next(); page != null; page = page.next()) {
            store.journal().files().unmap(page);
        }
    }

    /**
     * Throws unless the snapshot is one of a memory.
     *
     * @param memory the memory's directory
     * @throws ForeignFileException if it is of another
     * @throws IOException if a file cannot be read
     */
    public void requireOf(Path memory) throws IOException {
        Superblock own = Superblock.read(files, directory.resolve(SuperblockDescriptor.FILE_NAME));
        Superblock other = Superblock.read(files, memory.resolve(SuperblockDescriptor.FILE_NAME));
        if (!own.memoryId().equals(other.memoryId())) {
            throw new ForeignFileException("the snapshot is of another memory: file="
                    + directory.resolve(SuperblockDescriptor.FILE_NAME) + ", memory id found=" + own.memoryId()
                    + ", expected=" + other.memoryId() + "; fork it instead");
        }
    }

    private Store open(Manifest manifest, Superblock superblock) throws IOException {
        JournalRecovery journal =
                new JournalRecovery(files, directory.resolve(JournalFiles.DIRECTORY), superblock, true);
        List<Segment> segments = new ArrayList<>();
        try {
            journal.read();
            openSegments(manifest, superblock, segments);
            List<IndexFiles.OpenIndex> indexes = IndexFiles.read(
                            files, directory, superblock, new IndexRequest(List.of(), Set.of()))
                    .openPrivately();
            Manifest.Cut cut = manifest.cut();
            return new Store(
                    () -> {},
                    superblock,
                    new Store.OpenJournal(new ReadOnlyPages(), journal.keep(), journal.book()),
                    new ReadOnlySegments(),
                    new Store.Recovered(
                            List.copyOf(segments),
                            cut.tail(),
                            cut.head(),
                            Math.max(cut.nextEpisode(), journal.book().nextEpisode()),
                            cut.newestPolicy(),
                            manifest),
                    indexes);
        } catch (Throwable t) {
            journal.unmap();
            segments.forEach(
                    segment -> ((FileRegion) segment.region()).mapping().unmap());
            throw t;
        }
    }

    /** All that the manifest names is there as it says, and nothing else. */
    private void requireFiles(Manifest manifest) throws IOException {
        Set<Path> known = new HashSet<>(Set.of(directory.resolve(ManifestDescriptor.FILE_NAME)));
        FilePieces pieces = new FilePieces();
        for (Manifest.Entry entry : manifest.files()) {
            Path file = directory.resolve(entry.path());
            known.add(file);
            requireThere(file);
            if (!entry.isPrivate()) {
                // Who opens it looks at its length, and whether it is what it should be.
                continue;
            }
            long length = length(file);
            if (length < entry.length()) {
                throw new TruncatedStoreException("a file of the snapshot is too short: file=" + file + ", length="
                        + length + ", expected " + entry.length() + "; restore it from a copy, or delete the snapshot");
            }
            int crc = pieces.checksum(files, file);
            if (length > entry.length() || crc != entry.crc()) {
                throw new CorruptStoreException("a file of the snapshot is damaged: file=" + file + ", length=" + length
                        + ", expected " + entry.length() + ", crc32c found=" + Integer.toHexString(crc) + ", expected="
                        + Integer.toHexString(entry.crc()) + "; restore it from a copy, or delete the snapshot");
            }
        }
        requireNothingElse(directory, known);
    }

    private void requireThere(Path file) {
        if (files.kind(file) == FileLayer.Kind.NOTHING) {
            throw new CorruptStoreException("a file of the snapshot is missing: file=" + file
                    + "; restore it from a copy, or delete the snapshot");
        }
    }

    private long length(Path file) throws IOException {
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            return open.length();
        }
    }

    private void requireNothingElse(Path place, Set<Path> known) throws IOException {
        for (Path entry : files.list(place)) {
            boolean part = files.kind(entry) == FileLayer.Kind.DIRECTORY && place.equals(directory);
            if (part && parts().anyMatch(entry::equals)) {
                requireNothingElse(entry, known);
            } else if (!known.contains(entry)) {
                throw new ForeignFileException("something that is not part of the snapshot is in its directory: file="
                        + entry + "; move it away");
            }
        }
    }

    private Stream<Path> parts() {
        return Stream.of(
                        SegmentDescriptor.DIRECTORY,
                        JournalFiles.DIRECTORY,
                        IndexDescriptor.DIRECTORY,
                        ManifestDescriptor.STATE_DIRECTORY)
                .map(directory::resolve);
    }

    private void openSegments(Manifest manifest, Superblock superblock, List<Segment> segments) throws IOException {
        for (Manifest.Entry entry : manifest.files()) {
            if (entry.path().startsWith(SegmentDescriptor.DIRECTORY + "/")) {
                segments.add(openSegment(entry, superblock));
            }
        }
        segments.sort(Comparator.comparingLong(Segment::ordinal));
        SegmentGeometry geometry = superblock.geometry();
        Manifest.Cut cut = manifest.cut();
        long next = geometry.ordinal(cut.tail());
        for (Segment segment : segments) {
            if (segment.ordinal() != next) {
                throw missing(next);
            }
            next++;
        }
        if (cut.head() > cut.tail() && next != geometry.ordinal(cut.head() - 1) + 1) {
            throw missing(next);
        }
    }

    private CorruptStoreException missing(long ordinal) {
        return new CorruptStoreException("a segment of the snapshot is missing: directory="
                + directory.resolve(SegmentDescriptor.DIRECTORY) + ", segment=" + ordinal
                + "; restore it from a copy, or delete the snapshot");
    }

    private Segment openSegment(Manifest.Entry entry, Superblock superblock) throws IOException {
        Path file = directory.resolve(entry.path());
        SegmentGeometry geometry = superblock.geometry();
        FileRegion region = FileRegion.open(files, file, superblock, 0, true);
        SegmentHeader header = region.header();
        byte[] footer = new byte[SegmentDescriptor.FOOTER_LENGTH];
        region.get(geometry.footerOffset(), footer);
        SealFacts facts = SegmentFooter.decode(ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN), header);
        if (facts == null && !entry.isPrivate()) {
            region.mapping().unmap();
            throw new CorruptStoreException("a sealed segment of the snapshot has no footer: file=" + file + ", offset="
                    + geometry.footerOffset() + "; restore it from a copy, or delete the snapshot");
        }
        Segment segment = new Segment(header.ordinal(), region, Segment.Life.SEALED);
        segment.share();
        return segment;
    }
}
