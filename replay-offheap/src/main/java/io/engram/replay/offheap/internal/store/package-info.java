/**
 * Where segments and small state live: files, mappings, the lock, recovery. The only room that touches file channels.
 */
@NullMarked
package io.engram.replay.offheap.internal.store;

import org.jspecify.annotations.NullMarked;
