package io.engram.replay.offheap.internal.erasure;

/**
 * How far another memory of the lineage is with an erasure. Immutable.
 *
 * @param path its directory
 * @param state how far
 */
public record KinState(String path, State state) {
    /** How far. */
    public enum State {
        /** It has the request: its owner, or its next open, erases. */
        REQUESTED(0),
        /** Nothing is left there. */
        FINISHED(1),
        /** It is not where it was: moved, removed, or not within reach. */
        NOT_FOUND(2),
        /** It is there, but the request could not be left: damaged, full, or not to be read or written. */
        NOT_REACHED(3);

        private final int code;

        State(int code) {
            this.code = code;
        }

        /** In files. */
        int code() {
            return code;
        }
    }
}
