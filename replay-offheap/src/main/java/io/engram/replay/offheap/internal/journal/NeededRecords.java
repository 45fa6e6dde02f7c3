package io.engram.replay.offheap.internal.journal;

import java.nio.ByteBuffer;
import org.agrona.collections.Long2LongHashMap;

/**
 * Which records of a journal are needed still: the last copy of each, unless all rows of its episode have left the
 * window. Then, too, an end before a begin that was copied behind it: without it the episode would be taken for open.
 * Reused again and again, so that giving up pages leaves next to no garbage. For one thread.
 */
public final class NeededRecords implements PageReader.Visitor {
    private static final long NONE = -1;
    private static final int OFFSET_BITS = 32;

    private final Long2LongHashMap streamPlaces = new Long2LongHashMap(NONE);
    private final Long2LongHashMap beginPlaces = new Long2LongHashMap(NONE);
    private final Long2LongHashMap endPlaces = new Long2LongHashMap(NONE);
    /** By episode that has ended: its last row, and one more. */
    private final Long2LongHashMap rowEnds = new Long2LongHashMap(NONE);

    private long nextEpisode;

    /** None. */
    public NeededRecords() {}

    /** Forgets all, for another reading. */
    public void clear() {
        streamPlaces.clear();
        beginPlaces.clear();
        endPlaces.clear();
        rowEnds.clear();
        nextEpisode = 0;
    }

    @Override
    public void visit(JournalPage page, int offset, ByteBuffer record) {
        long place = place(page, offset);
        switch (record.getInt(RecordDescriptor.TYPE_OFFSET)) {
            case RecordDescriptor.STREAM -> streamPlaces.put(record.getInt(RecordDescriptor.STREAM_OFFSET), place);
            case RecordDescriptor.BEGIN -> beginPlaces.put(episode(record), place);
            case RecordDescriptor.END -> {
                long episode = episode(record);
                endPlaces.put(episode, place);
                rowEnds.put(episode, record.getLong(RecordDescriptor.LAST_OFFSET) + 1);
            }
            default -> nextEpisode = Math.max(nextEpisode, record.getLong(RecordDescriptor.NEXT_EPISODE_OFFSET));
        }
    }

    private long episode(ByteBuffer record) {
        long episode = record.getLong(RecordDescriptor.EPISODE_OFFSET);
        nextEpisode = Math.max(nextEpisode, episode + 1);
        return episode;
    }

    /**
     * The number of the next episode.
     *
     * @return one more than the highest there was
     */
    public long nextEpisode() {
        return nextEpisode;
    }

    /**
     * Whether a record says what no other one says, of what is still held.
     *
     * @param page that it lies in
     * @param offset from the page's start
     * @param record the record
     * @param tail the oldest row that is held
     * @return false if it can be dropped
     */
    public boolean isNeeded(JournalPage page, int offset, ByteBuffer record, long tail) {
        int type = record.getInt(RecordDescriptor.TYPE_OFFSET);
        long place = place(page, offset);
        if (type == RecordDescriptor.KEPT) {
            return false;
        }
        if (type == RecordDescriptor.STREAM) {
            return isLast(streamPlaces, record.getInt(RecordDescriptor.STREAM_OFFSET), place);
        }
        long episode = record.getLong(RecordDescriptor.EPISODE_OFFSET);
        long rowEnd = rowEnds.get(episode);
        boolean held = rowEnd == NONE || rowEnd > tail;
        if (type == RecordDescriptor.BEGIN) {
            return held && isLast(beginPlaces, episode, place);
        }
        // Copied once, it lies behind the begin, and pages are given up oldest first.
        boolean outlived = beginPlaces.get(episode) > place;
        return (held || outlived) && isLast(endPlaces, episode, place);
    }

    /** A record that was not there when the journal was read has been published since. */
    private static boolean isLast(Long2LongHashMap places, long key, long place) {
        long known = places.get(key);
        return known == NONE || known == place;
    }

    private static long place(JournalPage page, int offset) {
        return page.number() << OFFSET_BITS | offset;
    }
}
