package io.engram.replay.offheap.internal.snapshot;

import io.engram.replay.SamplerState;
import io.engram.replay.internal.LanePosition;
import io.engram.replay.offheap.Captured;
import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.priority.IndexCopy;
import io.engram.replay.offheap.internal.priority.RingIndex;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.store.DirectoryTree;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FilePieces;
import io.engram.replay.offheap.internal.store.HardLinks;
import io.engram.replay.offheap.internal.store.IndexDescriptor;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestCodec;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.PageExport;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SegmentExport;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import io.engram.replay.offheap.internal.store.SuperblockDescriptor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes one snapshot: files first, each synced; then the manifest, which says what they are; then, with all that
 * durable, the directory gets its name. For one thread at a time.
 */
public final class SnapshotWriter {
    private final FileLayer files;
    private final SnapshotShelf shelf;
    private final Path memory;
    private final Path temporary;
    private final Path published;
    private final Superblock superblock;
    private final FilePieces pieces = new FilePieces();
    private final HardLinks links;
    private final List<Manifest.Entry> entries = new ArrayList<>();
    /** By path. */
    private final Map<String, IndexCopy> copies = new TreeMap<>();

    /**
     * A part of a journal.
     *
     * @param page of it
     * @param end where the records end that are wanted
     * @param isWhole whether nothing in the page changes any more
     */
    public record PagePart(JournalPage page, int end, boolean isWhole) {}

    /**
     * What was found where, besides rows.
     *
     * @param streams where writers stood
     * @param samplers where samplers stood, by name
     * @param leastMasses by the name of the priority index
     */
    public record Positions(
            List<LanePosition> streams, Map<String, SamplerState> samplers, Map<String, Long> leastMasses) {}

    /**
     * A writer.
     *
     * @param files how files are reached
     * @param memory the memory's directory
     * @param superblock of the memory
     * @param name of the snapshot
     */
    public SnapshotWriter(FileLayer files, Path memory, Superblock superblock, String name) {
        this.files = files;
        this.links = new HardLinks(files);
        this.memory = memory;
        this.superblock = superblock;
        this.shelf = new SnapshotShelf(files, memory);
        this.temporary = shelf.temporary(name);
        this.published = shelf.path(name);
    }

    /**
     * Makes the directories.
     *
     * @throws IOException if they cannot be made
     */
    public void begin() throws IOException {
        files.createDirectories(shelf.directory());
        DirectoryTree.discard(files, temporary);
        for (String part : List.of(
                SegmentDescriptor.DIRECTORY,
                JournalFiles.DIRECTORY,
                IndexDescriptor.DIRECTORY,
                ManifestDescriptor.STATE_DIRECTORY)) {
            files.createDirectories(temporary.resolve(part));
        }
    }

    /**
     * Copies an index while it is in use.
     *
     * @param index which
     * @param tail of the rows
     * @param head of the rows
     * @return the oldest row whose priority was copied
     * @throws IOException if it cannot be written
     */
    public long copy(RingIndex index, long tail, long head) throws IOException {
        String path = IndexDescriptor.DIRECTORY + "/" + index.settings().name() + IndexDescriptor.SUFFIX;
        try (FileLayer.OpenFile open = files.create(temporary.resolve(path))) {
            IndexCopy copy = new IndexCopy(index, tail, head, open::write);
            copies.put(path, copy);
            long oldest = copy.copy();
            entries.add(new Manifest.Entry(path, true, copy.length(), copy.length(), 0));
            return oldest;
        }
    }

    /**
     * Takes rows out of the copies of indexes that left the window before all of them were made.
     *
     * @param from the tail that the first was made with
     * @param tail of the snapshot
     * @throws IOException if it cannot be written
     */
    public void forget(long from, long tail) throws IOException {
        for (Map.Entry<String, IndexCopy> copy : copies.entrySet()) {
            try (FileLayer.OpenFile open = files.open(temporary.resolve(copy.getKey()))) {
                copy.getValue().forget(from, tail, open::write);
            }
        }
    }

    /**
     * Puts segments into the snapshot that nobody takes back meanwhile.
     *
     * @param segments with the rows
     * @param head rows before it are wanted
     * @throws IOException if it cannot be written
     */
    public void export(List<Segment> segments, long head) throws IOException {
        SegmentExport export = new SegmentExport(
                files, superblock.geometry(), temporary.resolve(SegmentDescriptor.DIRECTORY), head, pieces, links);
        for (Segment segment : segments) {
            entries.add(export.export(segment));
        }
    }

    /**
     * Puts pages of the journal into the snapshot that nobody gives up meanwhile.
     *
     * @param parts with the records
     * @throws IOException if it cannot be written
     */
    public void export(List<PagePart> parts) throws IOException {
        PageExport export =
                new PageExport(files, temporary.resolve(JournalFiles.DIRECTORY), superblock.memoryId(), links);
        for (PagePart part : parts) {
            Manifest.Entry entry = export.export(part.page(), part.end(), part.isWhole());
            if (entry != null) {
                entries.add(entry);
            }
        }
    }

    /**
     * Writes a trainer's state.
     *
     * @param trainer whose
     * @param state what
     * @throws IOException if it cannot be written
     */
    public void write(String trainer, Captured state) throws IOException {
        String path = ManifestDescriptor.STATE_DIRECTORY + "/" + trainer + ManifestDescriptor.STATE_SUFFIX;
        try (FileLayer.OpenFile open = files.create(temporary.resolve(path));
                Output output = new Output(open);
                OutputStream buffered = new BufferedOutputStream(output, FilePieces.PIECE)) {
            state.writeTo(buffered);
            buffered.flush();
            entries.add(new Manifest.Entry(path, true, output.length, output.length, 0));
        }
    }

    /**
     * Makes all of it durable and gives it its name.
     *
     * @param identity of the snapshot
     * @param cut of the snapshot
     * @param positions of the snapshot
     * @throws IOException if that is not certain; then there is no snapshot
     */
    public void publish(Manifest.Identity identity, Manifest.Cut cut, Positions positions) throws IOException {
        writeSuperblock();
        List<Manifest.Entry> durable = new ArrayList<>();
        for (Manifest.Entry entry : entries) {
            durable.add(
                    entry.isPrivate()
                            ? new Manifest.Entry(
                                    entry.path(),
                                    true,
                                    entry.length(),
                                    entry.stored(),
                                    pieces.sync(files, temporary.resolve(entry.path())))
                            : entry);
        }
        writeManifest(
                new Manifest(
                        identity, cut, durable, positions.streams(), positions.samplers(), positions.leastMasses()),
                temporary);
        DirectoryTree.sync(files, temporary);
        // The name of the directory of all snapshots. Each time: whoever made it may have failed to.
        files.syncDirectory(memory);
        DirectoryTree.publish(files, temporary, published);
    }

    /**
     * What was published.
     *
     * @param identity of the snapshot
     * @param cut of the snapshot
     * @return with the bytes that were its own then
     */
    public Snapshot describe(Manifest.Identity identity, Manifest.Cut cut) {
        long own = 0;
        long shared = 0;
        for (Manifest.Entry entry : entries) {
            own += entry.isPrivate() ? entry.stored() : 0;
            shared += entry.isPrivate() ? 0 : entry.length();
        }
        return new Snapshot(
                identity.name(),
                published,
                identity.number(),
                Instant.ofEpochMilli(identity.taken()),
                identity.step(),
                cut.tail(),
                cut.head(),
                own,
                shared);
    }

    private void writeSuperblock() throws IOException {
        ByteBuffer bytes = superblock.encode();
        try (FileLayer.OpenFile open = files.create(temporary.resolve(SuperblockDescriptor.FILE_NAME))) {
            open.write(bytes, 0);
        }
        entries.add(new Manifest.Entry(SuperblockDescriptor.FILE_NAME, true, bytes.capacity(), bytes.capacity(), 0));
    }

    private void writeManifest(Manifest manifest, Path directory) throws IOException {
        Path file = directory.resolve(ManifestDescriptor.FILE_NAME);
        Path unfinished = directory.resolve(ManifestDescriptor.FILE_NAME + Store.TEMPORARY_SUFFIX);
        try (FileLayer.OpenFile open = files.create(unfinished)) {
            open.write(ManifestCodec.encode(manifest), 0);
            open.sync();
        }
        files.rename(unfinished, file);
    }

    /**
     * Removes what was written so far.
     *
     * @throws IOException if it cannot be removed; the next open of the memory will
     */
    public void discard() throws IOException {
        DirectoryTree.discard(files, temporary);
    }

    /** A stream into a file. */
    private static final class Output extends OutputStream {
        private final FileLayer.OpenFile file;
        private long length;

        Output(FileLayer.OpenFile file) {
            this.file = file;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            file.write(ByteBuffer.wrap(bytes, offset, count).slice(), length);
            length += count;
        }
    }
}
