/** Samplers over the ring: draw, touch, copy, check again. */
@NullMarked
package io.engram.replay.offheap.internal.sample;

import org.jspecify.annotations.NullMarked;
