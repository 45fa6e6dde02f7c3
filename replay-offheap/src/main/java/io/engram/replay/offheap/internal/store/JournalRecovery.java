package io.engram.replay.offheap.internal.store;

import io.engram.replay.StreamException;
import io.engram.replay.internal.StreamRegistry;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.ForeignFileException;
import io.engram.replay.offheap.TruncatedStoreException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.journal.PageReader;
import io.engram.replay.offheap.internal.journal.RecordDescriptor;
import io.engram.replay.offheap.internal.journal.RecordWord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;

/**
 * Reads the journal again. In a sealed page every place must be as it was. In any other one a record counts if it is
 * whole; what a kill or a power loss can have left between records is passed over, anything else refused.
 *
 * <p>First everything is read and checked; {@link #mend} then removes leftovers and makes every place final, so that
 * what comes goes into a new page.
 */
final class JournalRecovery {
    private final FileLayer files;
    private final Path directory;
    private final Superblock superblock;
    private final PageReader reader;
    private final boolean readOnly;
    private final EpisodeBook book = new EpisodeBook();
    private final List<Found> found = new ArrayList<>();
    private final List<Path> leftovers = new ArrayList<>();
    private List<Found> kept = List.of();

    /** A page: mapped, whether it is sealed, and where its last record ends. */
    private record Found(JournalPage page, Path file, boolean sealed, boolean empty) {}

    JournalRecovery(FileLayer files, Path directory, Superblock superblock) {
        this(files, directory, superblock, false);
    }

    /** {@code readOnly}: pages are mapped for reading, and {@link #keep} takes the place of {@link #mend}. */
    JournalRecovery(FileLayer files, Path directory, Superblock superblock, boolean readOnly) {
        this.readOnly = readOnly;
        this.files = files;
        this.directory = directory;
        this.superblock = superblock;
        this.reader = new PageReader(superblock.memoryId());
    }

    /** Reads every page; changes nothing. */
    void read() throws IOException {
        for (Path file : files.list(directory)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(JournalFiles.SUFFIX + Store.TEMPORARY_SUFFIX)) {
                files.openForReading(file).close();
                leftovers.add(file);
            } else if (name.endsWith(JournalFiles.SUFFIX)) {
                found.add(open(file));
            } else {
                throw new ForeignFileException(
                        "something that is not a page of the journal is among them: file=" + file + "; move it away");
            }
        }
        found.sort(Comparator.comparingLong(each -> each.page().number()));
        for (Found each : found) {
            read(each);
        }
        kept = consecutive(withoutTwins());
        requireConsecutiveStreams();
    }

    private Found open(Path file) throws IOException {
        try (FileLayer.OpenFile open = readOnly ? files.openForReading(file) : files.open(file)) {
            ByteBuffer block = ByteBuffer.allocate((int) Math.min(open.length(), PageDescriptor.HEADER_LENGTH))
                    .order(ByteOrder.LITTLE_ENDIAN);
            open.read(block, 0);
            PageHeader header = PageHeader.decode(file, block, superblock);
            if (open.length() < header.length()) {
                throw new TruncatedStoreException("a page of the journal is too short: file=" + file + ", length="
                        + open.length() + ", expected " + header.length() + "; restore it from a copy");
            }
            if (open.length() > header.length()) {
                throw new CorruptStoreException("a page of the journal is too long: file=" + file + ", length="
                        + open.length() + ", expected " + header.length());
            }
            FileLayer.Mapping mapping = readOnly ? open.mapForReading(header.length()) : open.map(header.length());
            JournalPage page = new JournalPage(header.number(), new JournalFiles.FilePage(mapping, file));
            return new Found(page, file, PageHeader.isSealed(block, header.number()), isEmpty(page));
        }
    }

    private static boolean isEmpty(JournalPage page) {
        for (int at = PageDescriptor.HEADER_LENGTH; at < page.limit(); at += Long.BYTES) {
            if (UnsafeApi.getLong(page.address() + at) != 0) {
                return false;
            }
        }
        return true;
    }

    private void read(Found each) {
        CRC32C digest = new CRC32C();
        int[] records = new int[1];
        ByteBuffer crc = ByteBuffer.allocate(Integer.BYTES);
        requireExplained(each);
        reader.read(each.page(), each.page().limit(), (page, offset, entry) -> {
            records[0]++;
            digest.update(crc.clear().putInt(PageHeader.checksumOf(entry)).flip());
            try {
                book.visit(page, offset, entry);
            } catch (IllegalArgumentException e) {
                throw damaged(each.file(), offset, String.valueOf(e.getMessage()));
            }
        });
        int sealed = UnsafeApi.getInt(each.page().address() + PageDescriptor.DIGEST_OFFSET);
        if (each.sealed() && sealed != (int) digest.getValue()) {
            throw damaged(
                    each.file(),
                    PageDescriptor.DIGEST_OFFSET,
                    "digest of records=" + records[0] + " found=" + Integer.toHexString((int) digest.getValue())
                            + ", expected=" + Integer.toHexString(sealed));
        }
    }

    private void requireExplained(Found each) {
        new PageWalk(reader).walk(each.page(), each.sealed(), (at, length, place) -> {
            if (place == PageWalk.Place.DAMAGED) {
                throw damaged(
                        each.page(),
                        each.file(),
                        at,
                        UnsafeApi.getInt(each.page().address() + at));
            }
        });
    }

    /** Two writers may have made the same page at the same moment. The slower one's has no records. */
    private List<Found> withoutTwins() {
        List<Found> alone = new ArrayList<>();
        for (Found each : found) {
            Found last = alone.isEmpty() ? null : alone.get(alone.size() - 1);
            if (last == null || last.page().number() != each.page().number()) {
                alone.add(each);
            } else if (!last.empty() && !each.empty()) {
                throw new CorruptStoreException("two files hold records of the same page of the journal: files="
                        + last.file() + " and " + each.file() + "; move the wrong one away");
            } else {
                leftovers.add(last.empty() ? last.file() : each.file());
                if (last.empty()) {
                    alone.set(alone.size() - 1, each);
                }
            }
        }
        return alone;
    }

    private List<Found> consecutive(List<Found> pages) {
        List<Found> needed = new ArrayList<>();
        long next = book.firstPage();
        for (Found each : pages) {
            if (each.page().number() < book.firstPage()) {
                leftovers.add(each.file());
                continue;
            }
            if (each.page().number() != next) {
                throw new CorruptStoreException("a page of the journal is missing: directory=" + directory + ", page="
                        + next + ", found " + each.file().getFileName() + "; restore it from a copy");
            }
            needed.add(each);
            next++;
        }
        return needed;
    }

    private void requireConsecutiveStreams() {
        StreamRegistry registry = new StreamRegistry((id, name) -> {});
        int next = 0;
        for (Map.Entry<Integer, String> stream : book.streams().entrySet()) {
            try {
                if (stream.getKey() != next) {
                    throw new TruncatedStoreException("the journal is too short: directory=" + directory
                            + ", stream id=" + stream.getKey() + ", expected " + next + "; restore it from a copy");
                }
                registry.restore(stream.getKey(), stream.getValue());
                next++;
            } catch (IllegalArgumentException | StreamException e) {
                throw new CorruptStoreException("the journal is damaged: directory=" + directory + ", " + e.getMessage()
                        + "; restore it from a copy");
            }
        }
    }

    /** What the journal says. */
    EpisodeBook book() {
        return book;
    }

    /** What an opening would remove. */
    List<Path> leftovers() {
        return leftovers;
    }

    /** Removes what is left over, makes every place of pages with records final, and returns what is before them. */
    JournalPage mend() throws IOException {
        if (!leftovers.isEmpty()) {
            // Of what gave pages up a process that was killed may have made nothing durable.
            for (Found each : kept) {
                ((JournalFiles.FilePage) each.page().memory())
                        .mapping()
                        .force(0, each.page().limit());
            }
            files.syncDirectory(directory);
        }
        for (Path leftover : leftovers) {
            files.delete(leftover);
        }
        int used = kept.size();
        while (used > 0 && kept.get(used - 1).empty()) {
            used--;
        }
        JournalPage before = JournalPage.before(book.firstPage());
        JournalPage last = before;
        for (int i = 0; i < kept.size(); i++) {
            Found each = kept.get(i);
            if (i < used) {
                if (!each.sealed()) {
                    closeGaps(each.page());
                }
                each.page().setShut(each.sealed());
            }
            last.setNext(each.page());
            last = each.page();
        }
        unmapAllBut(kept);
        return before;
    }

    /** Returns what is before the pages, which all are as they should be; changes nothing. */
    JournalPage keep() {
        JournalPage before = JournalPage.before(book.firstPage());
        JournalPage last = before;
        for (Found each : kept) {
            each.page().setShut(true);
            last.setNext(each.page());
            last = each.page();
        }
        unmapAllBut(kept);
        return before;
    }

    private void closeGaps(JournalPage page) {
        int[] end = {PageDescriptor.HEADER_LENGTH};
        reader.read(page, page.limit(), (of, offset, entry) -> {
            close(page, end[0], offset);
            end[0] = offset + RecordDescriptor.align(entry.limit());
        });
        close(page, end[0], page.limit());
    }

    private static void close(JournalPage page, int from, int to) {
        if (from < to) {
            UnsafeApi.putInt(page.address() + from, RecordWord.CLOSED + to - from);
        }
    }

    /** Nothing is opened after all. */
    void unmap() {
        unmapAllBut(List.of());
    }

    private void unmapAllBut(List<Found> needed) {
        for (Found each : found) {
            if (!needed.contains(each)) {
                ((JournalFiles.FilePage) each.page().memory()).mapping().unmap();
            }
        }
    }

    private static CorruptStoreException damaged(JournalPage page, Path file, int at, int word) {
        return damaged(
                file,
                at,
                "word found=" + Integer.toHexString(word) + ", crc32c found="
                        + Integer.toHexString(UnsafeApi.getInt(page.address() + at + RecordDescriptor.CRC_OFFSET))
                        + ", expected a whole record");
    }

    private static CorruptStoreException damaged(Path file, int at, String what) {
        return new CorruptStoreException(
                "the journal is damaged: file=" + file + ", offset=" + at + ", " + what + "; restore it from a copy");
    }
}
