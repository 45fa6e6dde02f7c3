package io.engram.replay.offheap;

/**
 * What has become of the index of a {@link Catalogue}. Immutable.
 *
 * @param state now
 * @param timesMadeAnew since the memory was opened; 0 where the index that the last clean close left is used
 * @param reason why it was made anew the last time, or why it is done without; empty if neither
 */
public record IndexStatus(State state, int timesMadeAnew, String reason) {
    /** No index was asked for, or the memory is volatile or a snapshot. */
    static final IndexStatus NONE = new IndexStatus(State.NONE, 0, "");

    /** Whether questions are answered with the index. */
    public enum State {
        /** There is none. */
        NONE,
        /** It is being opened or made anew: the journal answers. */
        OPENING,
        /** It answers. */
        READY,
        /** It cannot be had: the journal answers. */
        UNAVAILABLE
    }
}
