package io.engram.replay.offheap;

/** The directory is in use by another memory, here or in another process. */
public class StoreLockedException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public StoreLockedException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public StoreLockedException(String message, Throwable cause) {
        super(message, cause);
    }
}
