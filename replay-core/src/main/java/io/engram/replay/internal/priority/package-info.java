/** How priorities become masses, masses become draws, and draws become weights: what all memories share. */
@NullMarked
package io.engram.replay.internal.priority;

import org.jspecify.annotations.NullMarked;
