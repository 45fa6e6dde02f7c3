/**
 * Reads a store without owning it: a memory that nobody has open, a snapshot, or a memory that another process is using
 * at this moment. Takes no lock that lasts, and changes nothing.
 */
@NullMarked
package io.engram.replay.offheap.internal.view;

import org.jspecify.annotations.NullMarked;
