/**
 * Takes a memory's rows out into files that other tools read, and back: NumPy arrays and TensorDict directories.
 *
 * <p>{@link io.engram.replay.offheap.exchange.Export} reads a memory that nobody has open, a snapshot, or a memory that
 * another process is using; {@link io.engram.replay.offheap.exchange.Import} makes a new memory. FORMAT.md has the
 * columns.
 */
@NullMarked
package io.engram.replay.offheap.exchange;

import org.jspecify.annotations.NullMarked;
