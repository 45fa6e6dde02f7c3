package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.internal.LabelText;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.LanePosition;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.PageReader;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FileLayer.OpenFile;
import io.engram.replay.offheap.internal.store.FilePieces;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.ManifestCodec;
import io.engram.replay.offheap.internal.store.ManifestDescriptor;
import io.engram.replay.offheap.internal.store.PageWalk;
import io.engram.replay.offheap.internal.store.RowReader;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.UnsafeApi;

/**
 * Takes erased episodes out of a manifest, and tells it of the files of its snapshot that changed. For one thread.
 */
final class ManifestScrub {
    private final FileLayer files;
    private final Superblock superblock;
    private final Selection selection;
    private final List<String> damaged = new ArrayList<>();

    ManifestScrub(FileLayer files, Superblock superblock, Selection selection) {
        this.files = files;
        this.superblock = superblock;
        this.selection = selection;
    }

    /** Files that do not match their manifest, for another reason than an erasure. */
    List<String> damaged() {
        return damaged;
    }

    /** Of a snapshot, before its journal changes. */
    void scrubPositions(Container snapshot, Manifest manifest) throws IOException {
        write(snapshot.directory(), manifest, manifest.files(), positions(manifest, snapshot));
    }

    /** Of a snapshot, at last. */
    void scrub(Container snapshot, Manifest manifest) throws IOException {
        List<Manifest.Entry> entries = new ArrayList<>();
        for (Manifest.Entry entry : manifest.files()) {
            boolean changed = entry.isPrivate()
                    && (entry.path().startsWith(SegmentDescriptor.DIRECTORY + "/")
                            || entry.path().startsWith(JournalFiles.DIRECTORY + "/"));
            entries.add(changed ? renewed(snapshot.directory(), entry) : entry);
        }
        write(snapshot.directory(), manifest, entries, positions(manifest, snapshot));
    }

    /** Of the snapshot that the memory was made from: what it says of files is of that snapshot's. */
    void scrubResume(Container live) throws IOException {
        Path resume = live.directory().resolve(ManifestDescriptor.RESUME_DIRECTORY);
        Manifest manifest = ManifestCodec.readResume(files, live.directory(), superblock);
        if (manifest != null) {
            write(resume, manifest, manifest.files(), positions(manifest, live));
        }
    }

    private void write(Path directory, Manifest manifest, List<Manifest.Entry> entries, List<LanePosition> positions)
            throws IOException {
        Path file = directory.resolve(ManifestDescriptor.FILE_NAME);
        Path temporary = directory.resolve(ManifestDescriptor.FILE_NAME + Store.TEMPORARY_SUFFIX);
        // Of a process that died here.
        files.delete(temporary);
        if (entries.equals(manifest.files()) && positions.equals(manifest.streams())) {
            return;
        }
        Manifest changed = new Manifest(
                manifest.identity(), manifest.cut(), entries, positions, manifest.samplers(), manifest.leastMasses());
        try (OpenFile open = files.create(temporary)) {
            open.write(ManifestCodec.encode(changed), 0);
            open.sync();
        }
        files.rename(temporary, file);
        files.syncDirectory(directory);
    }

    private List<LanePosition> positions(Manifest manifest, Container container) {
        List<LanePosition> kept = new ArrayList<>();
        for (LanePosition position : manifest.streams()) {
            if (!isGone(position, container)) {
                boolean named = isNamed(position) || isOfErased(position, container);
                // The same object where nothing changes, so that nothing is written.
                kept.add(named ? position.withoutLabel() : position);
            }
        }
        return kept;
    }

    /** Whether the open episode is erased, or its last row: the state is that of this row, or comes behind it. */
    private static boolean isGone(LanePosition position, Container container) {
        if (position.episode() == Lane.NONE) {
            return false;
        }
        boolean lastRow = position.previous() != Lane.NONE && container.dooms(position.previous(), position.episode());
        return lastRow || container.episodes().containsKey(position.episode());
    }

    /** Whether the next episode would have the label of an erased one of the stream, which has stood there since. */
    private boolean isOfErased(LanePosition position, Container container) {
        boolean ofStream = selection.kind() == Selection.Kind.STREAM
                && selection.text().equals(container.streams().get(position.streamId()));
        return ofStream
                || container.episodes().values().stream()
                        .map(EpisodeBook.Entry::begin)
                        .anyMatch(begin -> begin != null
                                && begin.stream() == position.streamId()
                                && Arrays.equals(LabelText.encode(begin.label()), position.labelText()));
    }

    private boolean isNamed(LanePosition position) {
        return selection.names(LabelText.decode(ByteBuffer.wrap(position.labelText())));
    }

    private Manifest.Entry renewed(Path directory, Manifest.Entry entry) throws IOException {
        Path file = directory.resolve(entry.path());
        int crc = new FilePieces().checksum(files, file);
        if (crc == entry.crc()) {
            return entry;
        }
        if (!isWhole(file, entry)) {
            damaged.add(file.toString());
            return entry;
        }
        return new Manifest.Entry(entry.path(), true, entry.length(), entry.stored(), crc);
    }

    /** By the checksums of what is in it: a file that was damaged otherwise must go on being refused. */
    private boolean isWhole(Path file, Manifest.Entry entry) throws IOException {
        return entry.path().startsWith(SegmentDescriptor.DIRECTORY + "/") ? isWholeSegment(file) : isWholePage(file);
    }

    private boolean isWholePage(Path file) throws IOException {
        try (StoredPage page = StoredPage.open(files, file, superblock)) {
            boolean[] whole = {true};
            new PageWalk(new PageReader(superblock.memoryId()))
                    .walk(page.page(), true, (at, length, place) -> whole[0] &= place != PageWalk.Place.DAMAGED);
            return whole[0];
        }
    }

    private boolean isWholeSegment(Path file) throws IOException {
        SegmentGeometry geometry = superblock.geometry();
        RowReader reader = new RowReader(geometry);
        try (StoredSegment segment = StoredSegment.openForReading(files, file, superblock)) {
            long sequence = geometry.firstSequence(segment.header().ordinal());
            for (int i = 0; i < geometry.rows(); i++, sequence++) {
                boolean published = Stamp.isPublished(UnsafeApi.getLong(segment.row(i)), sequence);
                if (published && !reader.isWhole(segment.row(i))) {
                    return false;
                }
            }
            return true;
        }
    }
}
