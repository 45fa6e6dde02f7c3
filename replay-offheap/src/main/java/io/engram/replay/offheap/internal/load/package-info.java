/** Makes a memory's files of rows that came from elsewhere. */
@NullMarked
package io.engram.replay.offheap.internal.load;

import org.jspecify.annotations.NullMarked;
