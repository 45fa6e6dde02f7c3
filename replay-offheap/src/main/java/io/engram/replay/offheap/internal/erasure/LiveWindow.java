package io.engram.replay.offheap.internal.erasure;

/**
 * What of the memory itself an erasure is about. What is appended from then on is new, and not touched.
 *
 * @param tail the oldest row of the window, or {@link #NOT_KNOWN}
 * @param head one more than the newest row that can be meant, or {@link #NOT_KNOWN}
 * @param nextEpisode one more than the newest episode that can be meant, or {@link #NOT_KNOWN}
 */
public record LiveWindow(long tail, long head, long nextEpisode) {
    /** What a part is that is not known yet. */
    public static final long NOT_KNOWN = -1;

    /** Of a request that nobody has begun to carry out. */
    public static final LiveWindow NONE = new LiveWindow(NOT_KNOWN, NOT_KNOWN, NOT_KNOWN);

    /**
     * Whether rows were erased already, so that all later runs are about the same ones.
     *
     * @return false before the first run
     */
    public boolean hasRows() {
        return head != NOT_KNOWN;
    }
}
