package io.engram.replay.offheap.internal.sample;

import io.engram.replay.Columns;
import io.engram.replay.Schema;
import io.engram.replay.internal.PayloadLayout;

/**
 * What a batch is made from. Immutable.
 *
 * @param schema the fields
 * @param layout where they lie in a row
 * @param columns where they go
 */
record BatchPlan(Schema schema, PayloadLayout layout, Columns columns) {}
