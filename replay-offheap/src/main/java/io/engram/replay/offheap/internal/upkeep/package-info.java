/** Background work on the ring: segments prepared ahead, sealed behind, recycled or unlinked after. */
@NullMarked
package io.engram.replay.offheap.internal.upkeep;

import org.jspecify.annotations.NullMarked;
