package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.TruncatedStoreException;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.JournalFiles;
import io.engram.replay.offheap.internal.store.PageHeader;
import io.engram.replay.offheap.internal.store.Store;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks the files of the journal, each for itself, and reads from them what can be read. For one thread. */
final class JournalCheck {
    private final FileLayer files;
    private final Superblock superblock;
    private final Findings findings;
    private final boolean ofSnapshot;
    private final EpisodeBook book = new EpisodeBook();
    private final Set<Path> sealed = new HashSet<>();

    private record Page(Path file, PageHeader header, boolean sealed) {}

    /** {@code ofSnapshot}: also in a page that is not sealed there are only records and closed places. */
    JournalCheck(FileLayer files, Superblock superblock, boolean ofSnapshot, Findings findings) {
        this.files = files;
        this.superblock = superblock;
        this.ofSnapshot = ofSnapshot;
        this.findings = findings;
    }

    /** Whether a page that was read is sealed. */
    boolean isSealed(Path page) {
        return sealed.contains(page);
    }

    /** Reads all pages; returns what they say. */
    EpisodeBook check(Path directory) throws IOException {
        List<Page> pages = new ArrayList<>();
        for (Path file : files.list(directory)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(JournalFiles.SUFFIX)) {
                findings.files++;
                findings.pages++;
                try {
                    pages.add(open(file));
                } catch (StorageException | IOException e) {
                    findings.refused(file, e);
                }
            } else if (!name.endsWith(JournalFiles.SUFFIX + Store.TEMPORARY_SUFFIX)) {
                findings.add(Directories.foreign(file, "pages of the journal"));
            }
        }
        pages.sort(Comparator.comparingLong(page -> page.header().number()));
        for (Page page : pages) {
            read(page);
        }
        return book;
    }

    private Page open(Path file) throws IOException {
        try (FileLayer.OpenFile open = files.openForReading(file)) {
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
                        + open.length() + ", expected " + header.length() + "; restore it from a copy");
            }
            return new Page(file, header, PageHeader.isSealed(block, header.number()));
        }
    }

    private void read(Page page) {
        if (page.sealed()) {
            sealed.add(page.file());
        }
        try (FileLayer.OpenFile open = files.openForReading(page.file())) {
            FileLayer.Mapping mapping = open.mapForReading(page.header().length());
            try {
                Zeros zeros = new Zeros(page.file(), mapping.address(), findings);
                zeros.require("what lies behind the page's header", PageDescriptor.CHECKED_LENGTH, 64);
                zeros.require(
                        "what lies behind the page's seal", PageDescriptor.SEAL_END, PageDescriptor.HEADER_LENGTH);
                if (!page.sealed() && !zeros.areAll(PageDescriptor.SEAL_OFFSET, PageDescriptor.SEAL_END)) {
                    findings.add(new Finding(
                            Severity.WARNING,
                            page.file(),
                            PageDescriptor.SEAL_OFFSET,
                            "the seal of a page is not whole",
                            "neither zeros nor a right checksum",
                            "either",
                            "nothing need be: the page is read as one that was not sealed"));
                }
                new PageCheck(superblock, page.file(), page.sealed(), findings)
                        .check(page.header().number(), mapping, ofSnapshot, book);
            } finally {
                mapping.unmap();
            }
        } catch (IOException e) {
            findings.refused(page.file(), e);
        } catch (InternalError e) {
            findings.unreadable(page.file(), e);
        }
    }
}
