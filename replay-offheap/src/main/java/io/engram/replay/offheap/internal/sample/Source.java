package io.engram.replay.offheap.internal.sample;

import io.engram.replay.Episode;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.Schema;
import io.engram.replay.offheap.internal.ring.OpenEpisodes;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Timeline;
import java.util.List;
import java.util.function.Function;

/**
 * What samplers of one memory draw from. Immutable.
 *
 * @param schema the fields
 * @param ring where rows are
 * @param openEpisodes which episodes can go on
 * @param timeline when rows were appended
 * @param incarnation of the memory
 * @param episodes those that a filter means; for callers inside an epoch
 */
public record Source(
        Schema schema,
        Ring ring,
        OpenEpisodes openEpisodes,
        Timeline timeline,
        long incarnation,
        Function<EpisodeFilter, List<Episode>> episodes) {}
