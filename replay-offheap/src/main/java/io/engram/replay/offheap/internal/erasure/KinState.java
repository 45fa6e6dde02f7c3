package io.engram.replay.offheap.internal.erasure;

import java.util.Optional;

/**
 * How far another memory of the lineage is with an erasure. Immutable.
 *
 * @param path its directory
 * @param state how far
 */
public record KinState(String path, State state) {
    /**
     * Why a certificate says that it was not reached.
     *
     * @return in words; nothing if it has the request
     */
    public Optional<String> unreached() {
        return switch (state) {
            case REQUESTED, FINISHED -> Optional.empty();
            case NOT_FOUND ->
                Optional.of("a memory of the lineage that was not found, and forks that were made of it: path=" + path
                        + "; erase there, too, if there are any");
            case NOT_REACHED ->
                Optional.of("a memory of the lineage that could not be asked to erase, and forks that were"
                        + " made of it: path=" + path + "; see why, and erase there, too");
        };
    }

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
