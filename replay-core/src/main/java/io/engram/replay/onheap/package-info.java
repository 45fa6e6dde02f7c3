/** The memory on the Java heap: simple, for small jobs, and the model that the other memories are tested against. */
@NullMarked
package io.engram.replay.onheap;

import org.jspecify.annotations.NullMarked;
