/** The catalogue of episodes: an index of the journal in Chronicle Map, which may be missing. */
@NullMarked
package io.engram.replay.offheap.internal.catalogue;

import org.jspecify.annotations.NullMarked;
