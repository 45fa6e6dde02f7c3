/** What the JVM and the machine must offer, and the sentence for those who lack it. */
@NullMarked
package io.engram.replay.offheap.internal.platform;

import org.jspecify.annotations.NullMarked;
