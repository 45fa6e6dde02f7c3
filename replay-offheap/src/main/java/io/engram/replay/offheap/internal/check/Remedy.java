package io.engram.replay.offheap.internal.check;

import java.nio.file.Path;

/**
 * What a repair can do about a file.
 *
 * @param kind what to do
 * @param file to which file
 * @param effect in words: what was wrong and what is lost by the repair
 */
record Remedy(Kind kind, Path file, String effect) {
    /** What can be done. */
    enum Kind {
        /** Remove the file. */
        REMOVE,
        /** Unseal a segment, so that the next opening reads it row by row. */
        ZERO_FOOTER
    }
}
