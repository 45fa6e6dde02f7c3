package io.engram.replay.offheap;

import java.util.UUID;

/**
 * An erasure whose rows nobody can sample any more, and that is being carried out on the files in the background. Safe
 * for use by any number of threads.
 */
public interface PendingErasure {
    /**
     * What tells the erasure apart.
     *
     * @return the certificate's number, too
     */
    UUID id();

    /**
     * How many rows of the memory's window could be sampled before and cannot now.
     *
     * @return a count
     */
    long rows();

    /**
     * Waits until everything is erased that can be reached.
     *
     * @return what was erased, and what could not be reached
     * @throws ErasureException if it failed, or the wait was interrupted; the rows stay unsampleable, and the next
     *     opening of the memory finishes the erasure
     */
    ErasureCertificate await();

    /**
     * Whether {@link #await} returns, or throws, at once.
     *
     * @return true if the erasure has ended or failed
     */
    boolean isFinished();
}
