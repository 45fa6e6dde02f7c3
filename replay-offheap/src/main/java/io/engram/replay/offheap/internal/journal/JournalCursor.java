package io.engram.replay.offheap.internal.journal;

import org.jspecify.annotations.Nullable;

/**
 * How far a journal was read for good: every place before the cursor is final, and no record will appear there. For one
 * thread, inside an epoch.
 *
 * <p>The cursor stops at a place that was claimed and not published, since a record may still come there; once the page
 * is shut it goes on. If its page is given up before it was read, the cursor is lost, until it is told to go on.
 */
public final class JournalCursor {
    /**
     * A place in a journal, and the record that was read last before it, by which it is known again.
     *
     * @param page its page
     * @param offset from the page's start
     * @param checksum of the record
     * @param recordPage its page
     * @param recordOffset from that page's start; 0 if there is no record
     */
    public record Place(long page, int offset, int checksum, long recordPage, int recordOffset) {
        private Place at(long newPage, int newOffset) {
            return new Place(newPage, newOffset, checksum, recordPage, recordOffset);
        }
    }

    private final EpisodeJournal journal;
    private final PageReader reader;
    private long page;
    private int offset;
    /** Of the record that was read last. */
    private Place place = new Place(-1, 0, 0, -1, 0);
    /** Whether all of the page was read. */
    private boolean complete;

    private boolean lost;

    /**
     * Before the first record.
     *
     * @param journal to read
     */
    public JournalCursor(EpisodeJournal journal) {
        this.journal = journal;
        this.reader = journal.newReader();
        this.page = journal.first().number() - 1;
        this.complete = true;
    }

    /**
     * Goes to a place where a cursor stood in an earlier life of the journal.
     *
     * @param earlier the place
     * @return false, and nowhere, if the record before it is not there; always, if there was none
     */
    public boolean goTo(Place earlier) {
        JournalPage ofRecord = find(earlier.recordPage());
        JournalPage found = find(earlier.page());
        if (earlier.recordOffset() <= 0
                || ofRecord == null
                || ofRecord.number() != earlier.recordPage()
                || found == null
                || found.number() != earlier.page()
                || earlier.offset() > found.limit()) {
            return false;
        }
        int at = earlier.recordOffset();
        int end = Math.min(ofRecord.limit(), ofRecord.end());
        int length = at > end - RecordDescriptor.HEADER_LENGTH ? 0 : reader.wholeRecord(ofRecord, at, end);
        int behind = found == ofRecord ? at + RecordDescriptor.align(length) : PageDescriptor.HEADER_LENGTH;
        boolean same = length > 0
                && reader.checksum() == earlier.checksum()
                && (earlier.offset() == behind || earlier.offset() == found.limit());
        if (same) {
            place = earlier;
            page = earlier.page();
            offset = earlier.offset();
            complete = false;
        }
        return same;
    }

    /**
     * Where the cursor is.
     *
     * @return the place
     */
    public Place place() {
        return place.at(page, offset);
    }

    /**
     * Whether pages were given up before they were read. What is needed of them was appended again, behind.
     *
     * @return true until {@link #goOn}
     */
    public boolean isLost() {
        return lost;
    }

    /**
     * Goes on at the first page that there is, which a lost cursor has not read. Of an episode that had begun the end
     * may be among what was given up: what is open is told again.
     */
    public void goOn() {
        JournalPage first = journal.first();
        page = first.number();
        offset = Math.min(PageDescriptor.HEADER_LENGTH, first.limit());
        complete = false;
        lost = false;
    }

    /**
     * How many pages there are behind that of the cursor which have records.
     *
     * @return at some moment during the call
     */
    public long pagesBehind() {
        return journal.current().number() - page;
    }

    /**
     * Whether every record was read. When nobody appends.
     *
     * @return false, too, where a place was claimed and nothing published
     */
    public boolean isAtEnd() {
        JournalPage last = journal.current();
        return !lost && page == last.number() && offset >= last.end();
    }

    /**
     * Reads on, as far as that is for good.
     *
     * @param most records to read
     * @param visitor is given each
     * @return how many were read; fewer than {@code most} if there is no more
     */
    public int advance(int most, PageReader.Visitor visitor) {
        int count = 0;
        JournalPage at = find(complete ? page + 1 : page);
        while (at != null && count < most && !lost) {
            enter(at);
            if (lost) {
                return 0;
            }
            // Before the places are looked at: a page that is shut now has none that can change.
            boolean shut = at.life() != JournalPage.Life.OPEN;
            count += advanceIn(at, shut, most - count, visitor);
            if (count < most) {
                if (!shut || offset < at.limit()) {
                    return count;
                }
                complete = true;
                at = at.next();
            }
        }
        return count;
    }

    private int advanceIn(JournalPage at, boolean shut, int most, PageReader.Visitor visitor) {
        int end = Math.min(at.limit(), at.end());
        int count = 0;
        while (offset < end && count < most) {
            // First: what is published after this look is not to be taken for no record.
            int word = reader.word(at, offset);
            if (!shut && !RecordWord.isFinal(word)) {
                return count;
            }
            int length = reader.wholeRecord(at, offset, end);
            if (length > 0) {
                place = new Place(page, offset, reader.checksum(), page, offset);
                reader.visit(at, offset, visitor);
                offset += RecordDescriptor.align(length);
                count++;
            } else {
                // A closed place is skipped whole: what somebody stored in it is no record's word.
                offset += shut || word > 0 ? Long.BYTES : RecordDescriptor.align(RecordWord.length(word));
            }
        }
        if (shut && offset >= end && count < most) {
            offset = at.limit();
        }
        return count;
    }

    private void enter(JournalPage at) {
        lost = at.number() != (complete ? page + 1 : page);
        if (complete && !lost) {
            page = at.number();
            offset = Math.min(PageDescriptor.HEADER_LENGTH, at.limit());
            complete = false;
        }
    }

    /**
     * Reads what there is behind a place and stays where it is.
     *
     * @param journal to read
     * @param place where a cursor stands
     * @param visitor is given each record
     * @return false if the page was given up: then what was read is not all that is needed
     */
    public static boolean readBehind(EpisodeJournal journal, Place place, PageReader.Visitor visitor) {
        PageReader reader = journal.newReader();
        JournalPage first = journal.first();
        for (@Nullable JournalPage at = first; at != null; at = at.next()) {
            if (at.number() > place.page()) {
                reader.read(at, at.end(), visitor);
            } else if (at.number() == place.page()) {
                reader.readFrom(at, place.offset(), at.end(), visitor);
            }
        }
        return first.number() <= place.page();
    }

    /** The page of a number, or the first one behind it that there is. */
    private @Nullable JournalPage find(long number) {
        JournalPage at = journal.first();
        while (at != null && at.number() < number) {
            at = at.next();
        }
        return at;
    }
}
