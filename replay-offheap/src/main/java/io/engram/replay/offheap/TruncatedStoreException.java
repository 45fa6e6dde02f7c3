package io.engram.replay.offheap;

/** A file of the memory is shorter than it says it is. */
public class TruncatedStoreException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public TruncatedStoreException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public TruncatedStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
