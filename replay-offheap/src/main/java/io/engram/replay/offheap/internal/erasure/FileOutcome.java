package io.engram.replay.offheap.internal.erasure;

/**
 * What an erasure did to a file of rows. Immutable.
 *
 * @param path one of its names, below the memory's directory
 * @param erased rows that were meant, or had left every window that the file is of
 * @param scrubbed other slots in which something was left, which is not any more
 * @param survivors rows that stay
 * @param isFinal whether nothing but an erasure changes its rows
 * @param before SHA-256, in hexadecimal, of the stamps and bytes of the rows that stay, in order, before
 * @param after the same, after; empty if that is not known yet
 * @param note what else is to be said; may be empty
 */
public record FileOutcome(
        String path,
        int erased,
        int scrubbed,
        int survivors,
        boolean isFinal,
        String before,
        String after,
        String note) {

    /**
     * What two runs did, of which the first was interrupted.
     *
     * @param later what the second one did
     * @return both: what the first one erased the second one may find no more
     */
    FileOutcome followedBy(FileOutcome later) {
        return new FileOutcome(
                path,
                Math.max(erased, later.erased),
                Math.max(scrubbed, later.scrubbed),
                later.survivors,
                later.isFinal,
                before,
                later.after,
                later.note);
    }
}
