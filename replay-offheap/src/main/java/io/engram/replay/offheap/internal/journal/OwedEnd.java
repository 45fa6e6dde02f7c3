package io.engram.replay.offheap.internal.journal;

import io.engram.replay.Episode;
import io.engram.replay.internal.EpisodeProgress;

/**
 * The end of an episode that found no room in the journal.
 *
 * @param stream of the episode
 * @param progress which episode, and how far it came; a copy
 * @param ended when, in milliseconds since 1970 UTC
 * @param kind how
 * @param recovered whether that was found out after a crash
 */
public record OwedEnd(int stream, EpisodeProgress progress, long ended, Episode.Kind kind, boolean recovered) {
    /**
     * Makes it a record.
     *
     * @param image takes it
     */
    public void writeTo(RecordImage image) {
        image.end(stream, progress, ended, kind, recovered);
    }
}
