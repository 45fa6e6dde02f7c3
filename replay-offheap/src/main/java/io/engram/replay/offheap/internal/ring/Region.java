package io.engram.replay.offheap.internal.ring;

/** A piece of off-heap memory that holds one segment after another. */
public interface Region {
    /**
     * Where it begins.
     *
     * @return a raw address, good until the region is unmapped
     */
    long address();

    /**
     * How long it is.
     *
     * @return bytes
     */
    long length();
}
