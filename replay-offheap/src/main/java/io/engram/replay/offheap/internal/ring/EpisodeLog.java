package io.engram.replay.offheap.internal.ring;

import io.engram.replay.offheap.internal.journal.JournalWriter;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where a writer's episodes are told of.
 *
 * @param numbers the next episode's number
 * @param open which episodes more rows can come of, with room for the writer's streams
 * @param journal this writer's way into the journal
 */
public record EpisodeLog(AtomicLong numbers, OpenEpisodes open, JournalWriter journal) {}
