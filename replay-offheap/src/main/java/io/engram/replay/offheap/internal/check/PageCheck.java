package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.journal.PageReader;
import io.engram.replay.offheap.internal.journal.RecordDescriptor;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.PageHeader;
import io.engram.replay.offheap.internal.store.PageWalk;
import io.engram.replay.offheap.internal.store.Superblock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;

/** Checks the places of one page of the journal, and its records. For one thread. */
final class PageCheck {
    private static final String RESTORE = "restore it from a copy";

    private final Path file;
    private final boolean sealed;
    private final Findings findings;
    private final PageReader reader;
    private final CRC32C digest = new CRC32C();
    private final ByteBuffer crc = ByteBuffer.allocate(Integer.BYTES);
    private int walked;
    private int read;
    private long marked;
    private PageWalk.Place last = PageWalk.Place.RECORD;

    PageCheck(Superblock superblock, Path file, boolean sealed, Findings findings) {
        this.file = file;
        this.sealed = sealed;
        this.findings = findings;
        this.reader = new PageReader(superblock.memoryId());
    }

    /** {@code settled}: every place must be a record or closed; {@code book}: takes what the records say. */
    void check(long number, FileLayer.Mapping mapping, boolean settled, EpisodeBook book) {
        JournalPage page = new JournalPage(number, new MappedPage(mapping));
        new PageWalk(reader)
                .walk(page, sealed || settled, (offset, length, place) -> place(page, offset, length, place));
        reader.read(page, page.limit(), (of, offset, record) -> record(page, offset, record, book));
        findings.records += read;
        if (walked != read) {
            tell(Severity.WARNING, -1, "records lie within a closed place", "records=" + (read - walked), "none");
        }
        if (marked > 0) {
            findings.add(new Finding(
                    Severity.INFORMATION,
                    file,
                    -1,
                    "records were being written when the process died",
                    "records=" + marked,
                    "",
                    "nothing need be: they were not acknowledged"));
        }
        if (sealed) {
            requireSeal(page);
        }
    }

    private void place(JournalPage page, int offset, int length, PageWalk.Place place) {
        // What follows what makes no sense makes none either: one finding for all of it.
        boolean first = place != last;
        last = place;
        String found = "word=" + Integer.toHexString(UnsafeApi.getInt(page.address() + offset));
        switch (place) {
            case RECORD -> {
                walked++;
                new Zeros(file, page.address(), findings)
                        .require("what lies behind a record", offset + length, offset + RecordDescriptor.align(length));
            }
            case MARKED -> marked++;
            case CLOSED -> {
                if (reader.holdsRecord(page, offset, length)) {
                    findings.add(new Finding(
                            Severity.INFORMATION,
                            file,
                            offset,
                            "a closed place holds a whole record",
                            found,
                            "",
                            "nothing need be: its writer was late, and appended it again"));
                }
            }
            case UNTOUCHED -> {
                // Nothing was stored here.
            }
            case TORN -> {
                if (first) {
                    tell(Severity.WARNING, offset, "a place of a page holds no record", found, "a record or zeros");
                }
            }
            case DAMAGED -> {
                if (first) {
                    tell(Severity.ERROR, offset, "a record of the journal is damaged", found, "a whole record");
                }
            }
        }
    }

    private void record(JournalPage page, int offset, ByteBuffer record, EpisodeBook book) {
        read++;
        digest.update(crc.clear().putInt(PageHeader.checksumOf(record)).flip());
        String wrong = RecordSense.wrong(record);
        if (wrong != null) {
            tell(Severity.ERROR, offset, "a record of the journal makes no sense", wrong, "");
            return;
        }
        try {
            book.visit(page, offset, record);
        } catch (RuntimeException e) {
            tell(Severity.ERROR, offset, "a record of the journal makes no sense", String.valueOf(e), "");
        }
    }

    private void requireSeal(JournalPage page) {
        int records = UnsafeApi.getInt(page.address() + PageDescriptor.RECORDS_OFFSET);
        int stored = UnsafeApi.getInt(page.address() + PageDescriptor.DIGEST_OFFSET);
        if (records != read || stored != (int) digest.getValue()) {
            tell(
                    Severity.ERROR,
                    PageDescriptor.RECORDS_OFFSET,
                    "a sealed page does not hold what its seal says",
                    "records=" + read + ", digest=" + Integer.toHexString((int) digest.getValue()),
                    "records=" + records + ", digest=" + Integer.toHexString(stored));
        }
    }

    private void tell(Severity severity, long offset, String problem, String found, String expected) {
        String remedy = severity == Severity.ERROR ? RESTORE : "nothing need be: opening passes it over";
        findings.add(new Finding(severity, file, offset, problem, found, expected, remedy));
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
