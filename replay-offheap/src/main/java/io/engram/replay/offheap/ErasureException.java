package io.engram.replay.offheap;

/** An erasure could not be begun, or not be finished. The message says which, and what to do. */
public final class ErasureException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message.
     *
     * @param message what happened, where, and what to do
     */
    public ErasureException(String message) {
        super(message);
    }

    /**
     * With a message and a cause.
     *
     * @param message what happened, where, and what to do
     * @param cause of it
     */
    public ErasureException(String message, Throwable cause) {
        super(message, cause);
    }
}
