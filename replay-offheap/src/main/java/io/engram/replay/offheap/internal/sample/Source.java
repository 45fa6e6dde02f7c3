package io.engram.replay.offheap.internal.sample;

import io.engram.replay.Schema;
import io.engram.replay.offheap.internal.ring.Ring;

/**
 * What samplers of one memory draw from. Immutable.
 *
 * @param schema the fields
 * @param ring where rows are
 * @param incarnation of the memory
 */
public record Source(Schema schema, Ring ring, long incarnation) {}
