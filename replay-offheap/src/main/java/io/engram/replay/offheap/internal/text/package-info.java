/** How values are written for other programs. */
@NullMarked
package io.engram.replay.offheap.internal.text;

import org.jspecify.annotations.NullMarked;
