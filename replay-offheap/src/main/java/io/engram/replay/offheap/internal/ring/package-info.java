/** The ring: claim, mark, publish; segments and their table. Knows memory, not files. */
@NullMarked
package io.engram.replay.offheap.internal.ring;

import org.jspecify.annotations.NullMarked;
