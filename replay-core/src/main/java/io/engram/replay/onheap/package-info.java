/** The memory on the Java heap: plain code, the model that every other memory is tested against. */
@NullMarked
package io.engram.replay.onheap;

import org.jspecify.annotations.NullMarked;
