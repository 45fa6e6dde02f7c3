/** Epochs: who may still be reading or writing memory that is to be unmapped. */
@NullMarked
package io.engram.replay.offheap.internal.epoch;

import org.jspecify.annotations.NullMarked;
