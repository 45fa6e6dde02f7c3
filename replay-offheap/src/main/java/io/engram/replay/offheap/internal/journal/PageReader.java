package io.engram.replay.offheap.internal.journal;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.agrona.UnsafeApi;

/**
 * Reads the records of a page, also while others are appended. Where there is no whole record it looks for the next
 * one at every multiple of 8: a record is known by a checksum that holds in its own place only. For one thread.
 */
public final class PageReader {
    private final RecordImage image;

    /** Is given records. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * A whole record.
         *
         * @param page that it lies in
         * @param offset from the page's start
         * @param record its bytes, good until the call returns
         */
        void visit(JournalPage page, int offset, ByteBuffer record);
    }

    /**
     * A reader.
     *
     * @param memoryId of the memory that the pages belong to
     */
    public PageReader(UUID memoryId) {
        this.image = new RecordImage(memoryId);
    }

    /**
     * Reads a page.
     *
     * @param page in memory
     * @param end where to stop
     * @param visitor is given each record
     * @return where the last record ends, or that of the header without any
     */
    public int read(JournalPage page, int end, Visitor visitor) {
        return readFrom(page, PageDescriptor.HEADER_LENGTH, end, visitor);
    }

    /**
     * Reads a part of a page.
     *
     * @param page in memory
     * @param from where to begin: at a record, or where none begins before
     * @param end where to stop
     * @param visitor is given each record
     * @return where the last record ends, or the beginning without any
     */
    public int readFrom(JournalPage page, int from, int end, Visitor visitor) {
        int last = Math.min(end, from);
        for (int at = from; at < end; ) {
            int length = wholeRecord(page, at, end);
            if (length > 0) {
                visitor.visit(page, at, image.record());
                at += RecordDescriptor.align(length);
                last = at;
            } else {
                at += Long.BYTES;
            }
        }
        return last;
    }

    /**
     * The length of the whole record at a place.
     *
     * @param page in memory
     * @param at bytes from its start
     * @param end where the page ends
     * @return 0 if there is none
     */
    public int wholeRecord(JournalPage page, int at, int end) {
        int word = UnsafeApi.getIntVolatile(null, page.address() + at);
        boolean possible =
                word >= RecordDescriptor.HEADER_LENGTH && word <= RecordDescriptor.MAX_LENGTH && word <= end - at;
        return possible && image.load(page.number(), at, page.address() + at, word) ? word : 0;
    }

    /**
     * Whether the bytes at a place are a whole record, whatever its word says. Such a place was closed, or its word was
     * damaged.
     *
     * @param page in memory
     * @param at bytes from its start
     * @param length of the place, which must be within the page
     * @return true if they match their checksum
     */
    public boolean holdsRecord(JournalPage page, int at, int length) {
        return length >= RecordDescriptor.HEADER_LENGTH
                && length <= RecordDescriptor.MAX_LENGTH
                && image.load(page.number(), at, page.address() + at, length);
    }

    /** What stands first at a place. */
    int word(JournalPage page, int at) {
        return UnsafeApi.getIntVolatile(null, page.address() + at);
    }

    /** Shows the record that {@link #wholeRecord} found. */
    void visit(JournalPage page, int at, Visitor visitor) {
        visitor.visit(page, at, image.record());
    }

    /**
     * The checksum of the record that {@link #wholeRecord} found.
     *
     * @return as stored
     */
    public int checksum() {
        return image.record().getInt(RecordDescriptor.CRC_OFFSET);
    }
}
