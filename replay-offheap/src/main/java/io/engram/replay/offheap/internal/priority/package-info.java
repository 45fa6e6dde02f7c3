/** Priorities off the heap: leaves, the tree of sums above them, and what inserts, updates, evicts and draws. */
@NullMarked
package io.engram.replay.offheap.internal.priority;

import org.jspecify.annotations.NullMarked;
