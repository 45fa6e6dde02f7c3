package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.journal.PageReader;
import io.engram.replay.offheap.internal.journal.RecordDescriptor;
import io.engram.replay.offheap.internal.journal.RecordWord;
import org.agrona.UnsafeApi;

/**
 * Walks a page of the journal from place to place. A kill leaves places that were claimed and not marked, all zeros,
 * and such that were marked and not published. A power loss leaves sectors as they were, so that what was stored across
 * their borders is there in part. Nothing else is explained by either.
 */
public final class PageWalk {
    /** What a disk writes whole or not at all. */
    private static final int SECTOR = 512;

    private static final int NOWHERE = -SECTOR;

    private final PageReader reader;

    /** What there is at a place. */
    public enum Place {
        /** A whole record. */
        RECORD,
        /** A record that was being written. */
        MARKED,
        /** A place that was closed. */
        CLOSED,
        /** Eight zeros. */
        UNTOUCHED,
        /** Eight bytes that a power loss explains. */
        TORN,
        /** Eight bytes that nothing explains. */
        DAMAGED
    }

    /** Is told of places. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * A place.
         *
         * @param offset from the page's start
         * @param length bytes, not rounded up
         * @param place what is there
         */
        void visit(int offset, int length, Place place);
    }

    /**
     * A walk.
     *
     * @param reader of records
     */
    public PageWalk(PageReader reader) {
        this.reader = reader;
    }

    /**
     * Walks through a page to its end.
     *
     * @param page in memory
     * @param sealed whether there can be nothing but records and closed places
     * @param visitor is told of each place
     */
    public void walk(JournalPage page, boolean sealed, Visitor visitor) {
        int known = PageDescriptor.HEADER_LENGTH;
        for (int at = known; at < page.limit(); ) {
            int word = UnsafeApi.getInt(page.address() + at);
            int length = length(word, page.limit() - at);
            boolean record = word > 0 && length > 0 && reader.wholeRecord(page, at, page.limit()) > 0;
            boolean place = length > 0 && word < 0;
            boolean untouched = UnsafeApi.getLong(page.address() + at) == 0;
            boolean certain = sector(at) == sector(known) && isWithinSector(at, length);
            boolean damaged = sealed
                    ? !record && !(place && RecordWord.isFinal(word))
                    : !record && !place && !untouched && certain;
            if (record || place) {
                Place kind = record ? Place.RECORD : RecordWord.isFinal(word) ? Place.CLOSED : Place.MARKED;
                visitor.visit(at, length, damaged ? Place.DAMAGED : kind);
                at += RecordDescriptor.align(length);
                known = at;
            } else {
                visitor.visit(at, Long.BYTES, damaged ? Place.DAMAGED : untouched ? Place.UNTOUCHED : Place.TORN);
                // Behind what is not explained by its own sector nothing is certain until the next whole record.
                known = untouched ? known : NOWHERE;
                at += Long.BYTES;
            }
        }
    }

    /** The length that a word stands for, or 0 if it is none. */
    private static int length(int word, int room) {
        if (word == RecordWord.FREE) {
            return 0;
        }
        boolean closed = word < 0 && RecordWord.isFinal(word);
        int length = RecordWord.isFinal(word) ? RecordWord.length(word) : -word;
        boolean possible = closed
                ? length >= RecordDescriptor.HEADER_LENGTH || length == Long.BYTES
                : length >= RecordDescriptor.HEADER_LENGTH && length <= RecordDescriptor.MAX_LENGTH;
        return possible && length <= room && RecordDescriptor.align(length) <= room ? length : 0;
    }

    private static boolean isWithinSector(int at, int length) {
        return length == 0 || sector(at) == sector(at + length - 1);
    }

    private static int sector(int at) {
        return at / SECTOR;
    }
}
