package io.engram.replay.offheap.internal.store;

import io.engram.replay.internal.LanePosition;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.TruncatedStoreException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.SealFacts;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows again. Sealed segments are trusted by their footers; the few others are read row by row, and a row
 * counts if it is published, where it belongs, and matches its checksum. The head is one past the last such row. Slots
 * before the head that hold no row are closed for good; marks behind it are wiped.
 *
 * <p>First everything is read and checked, then leftovers are removed and slots mended.
 */
final class Recovery {
    private final FileLayer files;
    private final Path directory;
    private final Superblock superblock;
    private final SegmentGeometry geometry;
    private final long incarnation;
    private final EpisodeBook journal;
    private final @Nullable Manifest resume;
    private final RowScanner scanner;
    private final List<Path> leftovers = new ArrayList<>();
    private final List<FileRegion> mapped = new ArrayList<>();

    /** {@code journal}: what the journal says; {@code resume}: of the snapshot that the memory was made from. */
    Recovery(
            FileLayer files,
            Path home,
            Superblock superblock,
            long incarnation,
            EpisodeBook journal,
            @Nullable Manifest resume) {
        this.files = files;
        this.resume = resume;
        this.directory = home.resolve(SegmentDescriptor.DIRECTORY);
        this.superblock = superblock;
        this.geometry = superblock.geometry();
        this.incarnation = incarnation;
        this.journal = journal;
        LongHashSet episodes = new LongHashSet();
        journal.entries().forEach((number, entry) -> {
            // A power loss can take a begin and leave the end.
            if (entry.begin() != null) {
                episodes.add(number);
            }
        });
        this.scanner = new RowScanner(geometry, episodes);
    }

    /** A segment file: what it holds, mapped. Sealed if it has facts. */
    private record Found(FileRegion region, @Nullable SealFacts facts, RowScanner.Rows rows) {
        long ordinal() {
            return region.header().ordinal();
        }
    }

    /** Finds the rows and mends what needs it. */
    Store.Recovered run() throws IOException {
        return run(true);
    }

    /** Finds the rows and stores into no file: slots that hold no row stay as they are. */
    Store.Recovered rehearse() throws IOException {
        return run(false);
    }

    private Store.Recovered run(boolean mending) throws IOException {
        List<Found> found = new ArrayList<>();
        try {
            for (FileRegion region : regions()) {
                found.add(scan(region));
            }
            List<Found> kept = consecutive(withoutTwins(found));
            requireRecorded(kept);
            requireRoomOfSnapshot(kept);
            Store.Recovered recovered = mend(kept, mending);
            found.removeAll(kept);
            found.forEach(twin -> twin.region().mapping().unmap());
            return recovered;
        } catch (Throwable t) {
            mapped.forEach(each -> each.mapping().unmap());
            throw t;
        }
    }

    private List<FileRegion> regions() throws IOException {
        for (Path file : files.list(directory)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(SegmentFiles.SUFFIX + SegmentFiles.TEMPORARY_SUFFIX)) {
                files.open(file).close();
                leftovers.add(file);
            } else if (name.endsWith(SegmentFiles.SUFFIX)) {
                mapped.add(FileRegion.open(files, file, superblock, incarnation, false));
            } else {
                throw new ForeignFileException(
                        "something that is not a segment is among the segments: file=" + file + "; move it away");
            }
        }
        mapped.sort(Comparator.comparingLong(region -> region.header().ordinal()));
        return mapped;
    }

    private Found scan(FileRegion region) {
        SegmentHeader header = region.header();
        byte[] footer = new byte[SegmentDescriptor.FOOTER_LENGTH];
        region.get(geometry.footerOffset(), footer);
        SealFacts facts = SegmentFooter.decode(ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN), header);
        long first = geometry.firstSequence(header.ordinal());
        RowScanner.Rows rows = facts != null
                ? new RowScanner.Rows(
                        first + geometry.rows(), facts.nextEpisode(), facts.newestPolicy(), facts.nextStream())
                : scanner.scan(region.address() + SegmentGeometry.ROWS_OFFSET, first);
        return new Found(region, facts, rows);
    }

    /**
     * Two writers may have made the same segment at the same moment, and the process died before the slower one removed
     * its file. That one holds no rows.
     */
    private List<Found> withoutTwins(List<Found> found) {
        List<Found> kept = new ArrayList<>();
        for (Found each : found) {
            Found last = kept.isEmpty() ? null : kept.get(kept.size() - 1);
            if (last == null || last.ordinal() != each.ordinal()) {
                kept.add(each);
                continue;
            }
            boolean lastEmpty = isEmpty(last);
            if (!lastEmpty && !isEmpty(each)) {
                throw new CorruptStoreException("two files hold rows of the same segment: files="
                        + last.region().file() + " and " + each.region().file() + "; move the wrong one away");
            }
            Found loser = lastEmpty ? last : each;
            leftovers.add(loser.region().file());
            if (lastEmpty) {
                kept.set(kept.size() - 1, each);
            }
        }
        return kept;
    }

    private boolean isEmpty(Found found) {
        return found.facts() == null && found.rows().end() == geometry.firstSequence(found.ordinal());
    }

    /**
     * The last consecutive segments. What is before a gap is left over if it has no rows (a writer made a segment, was
     * stopped, and the window left without it) or if the window has left it; otherwise a file is missing.
     */
    private List<Found> consecutive(List<Found> found) {
        int begin = found.isEmpty() ? 0 : found.size() - 1;
        while (begin > 0 && found.get(begin).ordinal() == found.get(begin - 1).ordinal() + 1) {
            begin--;
        }
        List<Found> last = found.subList(begin, found.size());
        long tail = head(found) - superblock.capacity();
        for (Found each : found.subList(0, begin)) {
            if (!isEmpty(each) && geometry.firstSequence(each.ordinal() + 1) > tail) {
                throw new CorruptStoreException("a segment is missing: directory=" + directory + ", segment="
                        + (found.get(begin - 1).ordinal() + 1) + ", found "
                        + found.get(begin - 1).region().file().getFileName() + " and then "
                        + found.get(begin).region().file().getFileName() + "; restore it from a copy");
            }
            leftovers.add(each.region().file());
        }
        return new ArrayList<>(last);
    }

    /** A stream is recorded before it has a row, an episode durable before one of its rows is. */
    private void requireRecorded(List<Found> found) {
        int streams = journal.streams().size();
        for (Found each : found) {
            if (each.facts() != null && each.rows().nextEpisode() > journal.nextEpisode()) {
                throw new TruncatedStoreException("the journal is too short: file="
                        + directory.resolveSibling(JournalFiles.DIRECTORY) + ", episodes found="
                        + journal.nextEpisode() + ", expected at least "
                        + each.rows().nextEpisode()
                        + ", which have rows in " + each.region().file().getFileName() + "; restore it from a copy");
            }
            if (each.rows().nextStream() > streams) {
                throw new TruncatedStoreException("the journal is too short: file="
                        + directory.resolveSibling(JournalFiles.DIRECTORY) + ", streams found=" + streams
                        + ", expected at least " + each.rows().nextStream() + ", which have rows in "
                        + each.region().file().getFileName() + "; restore it from a copy");
            }
        }
    }

    /** Of the snapshot that the memory is at still: no row was appended since, and no episode ended that was open. */
    private @Nullable Manifest resumed(long head) {
        if (resume == null || head > resume.cut().head()) {
            return null;
        }
        for (LanePosition stream : resume.streams()) {
            EpisodeBook.Entry entry = journal.entries().get(stream.episode());
            if (entry != null && entry.end() != null) {
                return null;
            }
        }
        return resume;
    }

    /** All rows of the snapshot that the memory was made from have their segments. */
    private void requireRoomOfSnapshot(List<Found> found) {
        if (resume == null || resume.cut().head() <= head(found)) {
            return;
        }
        Manifest.Cut cut = resume.cut();
        long end = found.isEmpty()
                ? cut.tail()
                : geometry.firstSequence(found.get(found.size() - 1).ordinal() + 1);
        if (cut.head() > end) {
            throw new CorruptStoreException("the manifest of the snapshot that the memory was made from makes no sense:"
                    + " file="
                    + directory
                            .resolveSibling(ManifestDescriptor.RESUME_DIRECTORY)
                            .resolve(ManifestDescriptor.FILE_NAME)
                    + ", rows end found=" + cut.head() + ", expected at most " + end
                    + "; restore the file from a copy, or remove its directory");
        }
    }

    /** One past the last row. */
    private long head(List<Found> found) {
        long head = found.isEmpty() ? 0 : geometry.firstSequence(found.get(0).ordinal());
        for (Found each : found) {
            if (!isEmpty(each)) {
                head = each.rows().end();
            }
        }
        return head;
    }

    private Store.Recovered mend(List<Found> found, boolean mending) throws IOException {
        long floor = found.isEmpty() ? 0 : geometry.firstSequence(found.get(0).ordinal());
        long head = head(found);
        long nextEpisode = journal.nextEpisode();
        long newestPolicy = journal.newestPolicy();
        for (Found each : found) {
            nextEpisode = Math.max(nextEpisode, each.rows().nextEpisode());
            newestPolicy = Math.max(newestPolicy, each.rows().newestPolicy());
        }
        Manifest at = resumed(head);
        if (at != null) {
            // Also rows that were never whole count as given out.
            floor = Math.max(floor, at.cut().tail());
            head = at.cut().head();
            nextEpisode = Math.max(nextEpisode, at.cut().nextEpisode());
            newestPolicy = Math.max(newestPolicy, at.cut().newestPolicy());
        }
        for (Path leftover : leftovers) {
            files.delete(leftover);
        }
        List<Segment> segments = new ArrayList<>();
        long newestSealed = found.stream()
                .filter(each -> each.facts() != null)
                .mapToLong(Found::ordinal)
                .max()
                .orElse(-1);
        for (Found each : found) {
            long first = geometry.firstSequence(each.ordinal());
            if (each.facts() == null && mending) {
                scanner.mend(each.region().address() + SegmentGeometry.ROWS_OFFSET, first, head);
            }
            segments.add(segment(each, each.ordinal() == newestSealed));
        }
        return new Store.Recovered(List.copyOf(segments), floor, head, nextEpisode, newestPolicy, at);
    }

    /**
     * Sealed files may be those of snapshots, too, so nothing is stored into them; only links into the newest one can
     * have been lost, so only of that it matters, and is found out.
     */
    private Segment segment(Found found, boolean newestSealed) throws IOException {
        if (found.facts() == null) {
            return new Segment(found.ordinal(), found.region(), Segment.Life.LIVE);
        }
        Segment sealed = new Segment(found.ordinal(), found.region(), Segment.Life.SEALED);
        // Whoever left a row half written is dead.
        sealed.setWithoutAbandonedRows();
        if (!newestSealed || files.linkCount(found.region().file()) > 1) {
            sealed.share();
            sealed.setStill();
        }
        return sealed;
    }
}
