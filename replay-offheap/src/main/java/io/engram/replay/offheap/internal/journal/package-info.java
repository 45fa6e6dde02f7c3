/** The episode journal: records in pages, appended without a lock, and what they say about episodes. */
@NullMarked
package io.engram.replay.offheap.internal.journal;

import org.jspecify.annotations.NullMarked;
