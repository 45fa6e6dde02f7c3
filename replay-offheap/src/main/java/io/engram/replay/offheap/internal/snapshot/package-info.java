/**
 * Snapshots: how they are written, listed, opened, and made into memories again. What their files hold is said in the
 * store.
 */
@NullMarked
package io.engram.replay.offheap.internal.snapshot;

import org.jspecify.annotations.NullMarked;
