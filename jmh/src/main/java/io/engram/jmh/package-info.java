/** Benchmarks: the memory, the floor that the hardware sets, and other buffers of the JVM. */
@NullMarked
package io.engram.jmh;

import org.jspecify.annotations.NullMarked;
