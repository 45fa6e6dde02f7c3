/**
 * The off-heap memory: a lock-free ring in memory-mapped segment files, or in anonymous memory.
 * {@link io.engram.replay.offheap.OffHeapReplayMemory} is the way in.
 */
@NullMarked
package io.engram.replay.offheap;

import org.jspecify.annotations.NullMarked;
