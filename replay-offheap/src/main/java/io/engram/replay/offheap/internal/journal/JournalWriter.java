package io.engram.replay.offheap.internal.journal;

import io.engram.replay.Episode;
import io.engram.replay.internal.EpisodeProgress;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.offheap.StorageFullException;
import org.agrona.concurrent.EpochClock;

/**
 * Records where one writer's episodes begin and end. For one thread at a time, inside an epoch. Allocates nothing.
 */
public final class JournalWriter {
    private final EpisodeJournal journal;
    private final EpochClock clock;
    private final RecordImage image;

    /**
     * A writer.
     *
     * @param journal to write to
     * @param clock that says when
     */
    public JournalWriter(EpisodeJournal journal, EpochClock clock) {
        this.journal = journal;
        this.clock = clock;
        this.image = journal.newImage();
    }

    /**
     * Records that an episode begins. Before its first row.
     *
     * @param lane whose episode
     * @param episode its number
     * @param head a lower bound of its first row
     * @throws StorageFullException if there is no room and none can be made; then nothing is recorded
     */
    public void begin(Lane lane, long episode, long head) {
        image.begin(lane.streamId(), episode, clock.time(), lane.policyVersion(), head, lane.labelText());
        journal.append(image);
    }

    /**
     * Records that an episode has ended. After its last row. Where there is no room it is recorded later.
     *
     * @param lane whose episode
     * @param flags of its last row, or 0 if it was abandoned
     * @return false if the journal is closed; then nothing is recorded
     */
    public boolean end(Lane lane, int flags) {
        if (journal.isClosed()) {
            return false;
        }
        record(lane.streamId(), lane.progress(), kind(flags), false);
        return true;
    }

    /**
     * Records that an episode has ended.
     *
     * @param stream of the episode
     * @param progress which, and how far it came
     * @param kind how
     * @param recovered whether that was found out after a crash
     */
    public void record(int stream, EpisodeProgress progress, Episode.Kind kind, boolean recovered) {
        long ended = clock.time();
        image.end(stream, progress, ended, kind, recovered);
        try {
            journal.appendAnyway(image);
        } catch (StorageFullException e) {
            EpisodeProgress copy = new EpisodeProgress();
            progress.copyTo(progress.episode(), 0, copy);
            journal.owed().add(new OwedEnd(stream, copy, ended, kind, recovered));
        }
    }

    /**
     * How an episode ends whose last row has flags.
     *
     * @param flags of {@link RowFlags}
     * @return terminated wins
     */
    public static Episode.Kind kind(int flags) {
        if ((flags & RowFlags.TERMINATED) != 0) {
            return Episode.Kind.TERMINATED;
        }
        return (flags & RowFlags.TRUNCATED) != 0 ? Episode.Kind.TRUNCATED : Episode.Kind.ABANDONED;
    }
}
