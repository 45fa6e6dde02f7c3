package io.engram.replay.offheap.internal.journal;

import org.jspecify.annotations.Nullable;

/**
 * How far a journal was read for good: every place before the cursor is final, and no record will appear there. For one
 * thread, inside an epoch.
 *
 * <p>The cursor stops at a place that was claimed and not published, since a record may still come there; once the page
 * is shut it goes on. If its page is given up before it was read, the cursor is lost.
 */
public final class JournalCursor {
    private final EpisodeJournal journal;
    private final PageReader reader;
    private long page;
    private int offset;
    private int checksum;
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
     * @param atPage the page's number
     * @param atOffset from the page's start
     * @param lastChecksum of the record before the place, as {@link #checksum}
     * @return false, and nowhere, if that record is not there; always, if there was none
     */
    public boolean goTo(long atPage, int atOffset, int lastChecksum) {
        JournalPage found = find(atPage);
        if (lastChecksum == 0 || found == null || found.number() != atPage || atOffset > found.end()) {
            return false;
        }
        int[] last = {0};
        int end = reader.read(found, atOffset, (of, at, entry) -> last[0] = entry.getInt(RecordDescriptor.CRC_OFFSET));
        if (last[0] != lastChecksum || end > atOffset || atOffset % Long.BYTES != 0) {
            return false;
        }
        page = atPage;
        offset = atOffset;
        checksum = lastChecksum;
        complete = false;
        return true;
    }

    /**
     * Whether pages were given up before they were read. What is needed of them was appended again, but what was read
     * before may not be needed any more: it is to be read anew from the beginning.
     *
     * @return true from then on
     */
    public boolean isLost() {
        return lost;
    }

    /**
     * The page.
     *
     * @return its number
     */
    public long page() {
        return page;
    }

    /**
     * The place in the page.
     *
     * @return bytes from its start
     */
    public int offset() {
        return offset;
    }

    /**
     * The last record of the page before the place.
     *
     * @return its checksum; 0 without any
     */
    public int checksum() {
        return checksum;
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
            int length = reader.wholeRecord(at, offset, end);
            if (length > 0) {
                checksum = reader.checksum();
                reader.visit(at, offset, visitor);
                offset += RecordDescriptor.align(length);
                count++;
            } else if (shut) {
                offset += Long.BYTES;
            } else {
                int word = reader.word(at, offset);
                if (!RecordWord.isFinal(word)) {
                    return count;
                }
                // A closed place is skipped whole: what somebody stored in it is no record's word.
                offset += word > 0 ? Long.BYTES : RecordDescriptor.align(RecordWord.length(word));
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
            checksum = 0;
            complete = false;
        }
    }

    /**
     * Reads what there is behind a place and stays where it is.
     *
     * @param journal to read
     * @param page the place's page
     * @param offset the place
     * @param visitor is given each record
     * @return false if the page was given up: then what was read is not all that is needed
     */
    public static boolean readBehind(EpisodeJournal journal, long page, int offset, PageReader.Visitor visitor) {
        PageReader reader = journal.newReader();
        JournalPage first = journal.first();
        for (@Nullable JournalPage at = first; at != null; at = at.next()) {
            if (at.number() > page) {
                reader.read(at, at.end(), visitor);
            } else if (at.number() == page) {
                reader.readFrom(at, offset, at.end(), visitor);
            }
        }
        return first.number() <= page;
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
