package io.engram.replay.offheap.internal.ring;

/**
 * What a closed segment holds. Immutable.
 *
 * @param publishedRows rows that can be read
 * @param abandonedRows rows that were closed before they were published and whose writer may still store into them
 * @param nextEpisode one more than the highest episode number of a published row, 0 without rows
 * @param newestPolicy the highest policy version of a published row, 0 without rows
 * @param nextStream one more than the highest stream number of a published row, 0 without rows
 * @param digest CRC-32C over stamp and checksum of each published row, in order
 */
public record SealFacts(
        int publishedRows, int abandonedRows, long nextEpisode, long newestPolicy, int nextStream, int digest) {}
