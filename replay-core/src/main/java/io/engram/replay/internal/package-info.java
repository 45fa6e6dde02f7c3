/** Shared by the memories of this project and by nobody else: staging, payload layout, argument checks. */
@NullMarked
package io.engram.replay.internal;

import org.jspecify.annotations.NullMarked;
