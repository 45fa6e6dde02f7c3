package io.engram.replay.offheap.internal.erasure;

import java.io.IOException;

/**
 * Keeps what works for an open memory away from a file of it while that is changed: no segment and no page is being
 * sealed meanwhile, and none loses its name or is used again.
 */
@FunctionalInterface
public interface SegmentGuard {
    /** For a memory that nobody has open. */
    SegmentGuard NONE = Action::run;

    /** What is done meanwhile. */
    @FunctionalInterface
    interface Action {
        /**
         * Does it.
         *
         * @throws IOException if a file cannot be changed
         */
        void run() throws IOException;
    }

    /**
     * Does something while nobody else changes a file.
     *
     * @param action what
     * @throws IOException what it throws
     */
    void run(Action action) throws IOException;
}
