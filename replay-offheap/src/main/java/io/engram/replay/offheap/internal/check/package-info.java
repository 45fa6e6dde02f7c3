/** The offline check of a memory's directory: a class for each kind of file, and one for what they say together. */
@NullMarked
package io.engram.replay.offheap.internal.check;

import org.jspecify.annotations.NullMarked;
