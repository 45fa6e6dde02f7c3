package io.engram.replay.offheap.internal.ring;

import io.engram.replay.offheap.internal.journal.JournalWriter;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where a writer's episodes are told of.
 *
 * @param numbers the next episode's number
 * @param open which episodes more rows can come of, with room for the writer's streams
 * @param journal this writer's way into the journal
 * @param beginning {@link #NOTHING}, or at most the number of the episode whose begin this writer is recording
 */
public record EpisodeLog(AtomicLong numbers, OpenEpisodes open, JournalWriter journal, AtomicLong beginning) {
    /** What {@link #beginning} is while no begin is being recorded. */
    public static final long NOTHING = Long.MAX_VALUE;

    /**
     * A log of a writer that does nothing yet.
     *
     * @param numbers the next episode's number
     * @param open which episodes more rows can come of, with room for the writer's streams
     * @param journal this writer's way into the journal
     */
    public EpisodeLog(AtomicLong numbers, OpenEpisodes open, JournalWriter journal) {
        this(numbers, open, journal, new AtomicLong(NOTHING));
    }

    /** A number for an episode whose begin is going to be recorded. Announced first, so that nobody overlooks it. */
    long beginNumber() {
        beginning.set(numbers.get());
        return numbers.getAndIncrement();
    }

    /** The begin is in the journal, or will not be. */
    void beginRecorded() {
        beginning.set(NOTHING);
    }
}
