/**
 * Erasure in files: which rows and episodes are meant, what takes them out of segments, journals and manifests of a
 * memory and its snapshots, the record of it, and the proof that nothing is left.
 */
@NullMarked
package io.engram.replay.offheap.internal.erasure;

import org.jspecify.annotations.NullMarked;
