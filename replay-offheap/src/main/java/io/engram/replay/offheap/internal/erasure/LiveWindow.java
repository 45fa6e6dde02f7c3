package io.engram.replay.offheap.internal.erasure;

/**
 * What of the memory itself an erasure is about. What is appended from then on is new, and not touched.
 *
 * @param tail the oldest row of the window
 * @param head one more than the newest row that can be meant
 * @param nextEpisode one more than the newest episode that can be meant
 */
public record LiveWindow(long tail, long head, long nextEpisode) {}
