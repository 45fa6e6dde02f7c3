package io.engram.replay.offheap.internal.sample;

import io.engram.replay.Schema;
import io.engram.replay.offheap.internal.ring.OpenEpisodes;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Timeline;

/**
 * What samplers of one memory draw from. Immutable.
 *
 * @param schema the fields
 * @param ring where rows are
 * @param openEpisodes which episodes can go on
 * @param timeline when rows were appended
 * @param incarnation of the memory
 */
public record Source(Schema schema, Ring ring, OpenEpisodes openEpisodes, Timeline timeline, long incarnation) {}
