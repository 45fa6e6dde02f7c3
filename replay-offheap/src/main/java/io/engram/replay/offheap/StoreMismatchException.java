package io.engram.replay.offheap;

/** The memory was created with another schema or other settings than it is opened with. */
public class StoreMismatchException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public StoreMismatchException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public StoreMismatchException(String message, Throwable cause) {
        super(message, cause);
    }
}
