package io.engram.replay.offheap;

/**
 * The storage failed earlier in a way that makes writing unsafe: the memory can only be read until it is opened again.
 */
public class StoreFailedException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public StoreFailedException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public StoreFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
