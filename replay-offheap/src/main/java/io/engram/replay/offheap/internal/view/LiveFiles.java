package io.engram.replay.offheap.internal.view;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.journal.PageReader;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.PageHeader;
import io.engram.replay.offheap.internal.store.SegmentDescriptor;
import io.engram.replay.offheap.internal.store.SegmentFiles;
import io.engram.replay.offheap.internal.store.SegmentHeader;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of a memory whose owner makes, renames, uses again and removes them meanwhile. What vanishes between two
 * looks is looked for again. For one thread.
 */
final class LiveFiles {
    private static final int ATTEMPTS = 100;

    private final FileLayer files;
    private final Path segments;
    private final Path journal;
    private final Superblock superblock;
    private final Object segmentsKey;
    /** By file, the segment that it was known to be, so that it need not be opened again. */
    private final Map<Path, MappedSegment> seen = new HashMap<>();

    LiveFiles(FileLayer files, Path directory, Superblock superblock) throws IOException {
        this.files = files;
        this.segments = directory.resolve(SegmentDescriptor.DIRECTORY);
        this.journal = directory.resolve(JournalFiles.DIRECTORY);
        this.superblock = superblock;
        this.segmentsKey = files.fileKey(segments);
    }

    /** A restore puts another directory in the place of this one, in which the same sequences are of other rows. */
    private void requireSameMemory() throws IOException {
        if (!files.fileKey(segments).equals(segmentsKey)) {
            throw new StorageException("the memory was restored to a snapshot while it was read: directory="
                    + segments.getParent() + "; read it again");
        }
    }

    /** Maps segments that are not mapped yet, for {@link SegmentMaps}. */
    void mapSegments(NavigableMap<Long, MappedSegment> known) throws IOException {
        requireSameMemory();
        List<Path> listed = files.list(segments);
        seen.keySet().retainAll(listed);
        for (Path file : listed) {
            MappedSegment before = seen.get(file);
            boolean mapped = before != null && before.equals(known.get(before.ordinal())) && before.isSame();
            if (!mapped && String.valueOf(file.getFileName()).endsWith(SegmentFiles.SUFFIX)) {
                map(file, known);
            }
        }
    }

    private void map(Path file, NavigableMap<Long, MappedSegment> known) throws IOException {
        MappedSegment found = open(file);
        if (found == null) {
            return;
        }
        MappedSegment twin = known.get(found.ordinal());
        // Two writers may have made the same segment at the same moment; the slower one's file gets no rows.
        if (twin != null && twin.isSame() && !SegmentMaps.isUsed(found, superblock.geometry())) {
            found.unmapping().run();
            return;
        }
        if (twin != null) {
            twin.unmapping().run();
        }
        known.put(found.ordinal(), found);
        seen.put(file, found);
    }

    /** Returns null if the file is not there any more, under this name. */
    private @Nullable MappedSegment open(Path file) throws IOException {
        for (int attempt = 1; ; attempt++) {
            FileLayer.Mapping mapping;
            try (FileLayer.OpenFile open = files.openForReading(file)) {
                SegmentHeader.read(open, file, superblock);
                mapping = open.mapForReading(superblock.geometry().length());
            } catch (NoSuchFileException e) {
                return null;
            } catch (StorageException e) {
                // Used again at this moment, and then it has lost its name; otherwise it is damaged.
                if (files.kind(file) == FileLayer.Kind.NOTHING) {
                    return null;
                }
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                continue;
            }
            MappedSegment segment = MappedSegment.at(mapping.address(), mapping::unmap);
            if (files.kind(file) != FileLayer.Kind.NOTHING && segment.isSame()) {
                return segment;
            }
            mapping.unmap();
            if (attempt == ATTEMPTS) {
                return null;
            }
        }
    }

    /** What the journal says at some moment during the call. */
    EpisodeBook readJournal() throws IOException {
        for (int attempt = 1; ; attempt++) {
            EpisodeBook book = tryToReadJournal();
            requireSameMemory();
            if (book != null) {
                return book;
            }
            if (attempt == ATTEMPTS) {
                throw new StorageException("pages of the journal are missing, or change all the time: directory="
                        + journal + "; stop the process that has the memory open, and check it");
            }
        }
    }

    /** Returns null if pages were given up meanwhile: what is needed of them is in later ones. */
    private @Nullable EpisodeBook tryToReadJournal() throws IOException {
        List<LivePage> pages = new ArrayList<>();
        try {
            for (Path file : files.list(journal)) {
                if (String.valueOf(file.getFileName()).endsWith(JournalFiles.SUFFIX)) {
                    pages.add(openPage(file));
                }
            }
            pages.sort(Comparator.comparingLong(page -> page.page().number()));
            EpisodeBook book = new EpisodeBook();
            PageReader reader = new PageReader(superblock.memoryId());
            for (LivePage page : pages) {
                reader.read(page.page(), page.page().limit(), book);
            }
            return isWithoutGap(pages, book.firstPage()) ? book : null;
        } catch (NoSuchFileException e) {
            return null;
        } catch (IllegalArgumentException e) {
            throw new StorageException("the journal makes no sense: directory=" + journal + ": " + e.getMessage(), e);
        } finally {
            pages.forEach(page -> page.mapping().unmap());
        }
    }

    private static boolean isWithoutGap(List<LivePage> pages, long first) {
        long next = first;
        for (LivePage page : pages) {
            long number = page.page().number();
            if (number > next) {
                return false;
            }
            next = number == next ? next + 1 : next;
        }
        return true;
    }

    private record LivePage(JournalPage page, FileLayer.Mapping mapping) {}

    private LivePage openPage(Path file) throws IOException {
        try (FileLayer.OpenFile open = files.openForReading(file)) {
            ByteBuffer block = ByteBuffer.allocate((int) Math.min(open.length(), PageDescriptor.HEADER_LENGTH))
                    .order(ByteOrder.LITTLE_ENDIAN);
            open.read(block, 0);
            PageHeader header = PageHeader.decode(file, block, superblock);
            if (open.length() != header.length()) {
                throw new StorageException("a page of the journal has another length than it says: file=" + file
                        + ", length=" + open.length() + ", expected " + header.length());
            }
            FileLayer.Mapping mapping = open.mapForReading(header.length());
            return new LivePage(new JournalPage(header.number(), new MappedPage(mapping)), mapping);
        }
    }

    private record MappedPage(FileLayer.Mapping mapping) implements JournalPage.Memory {
        @Override
        public long address() {
            return mapping.address();
        }

        @Override
        public int length() {
            return (int) mapping.length();
        }
    }
}
