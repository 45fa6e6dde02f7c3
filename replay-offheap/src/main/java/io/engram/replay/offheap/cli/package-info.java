/**
 * The command line {@code replay}, for whoever looks after memories on disk. It needs picocli, which users of the
 * library do not get; the jar with the classifier {@code cli} has all it needs.
 */
@NullMarked
package io.engram.replay.offheap.cli;

import org.jspecify.annotations.NullMarked;
