package io.engram.replay.offheap;

/**
 * There is no room for the next segment. Nothing was appended; the memory can be read, and appending goes on when
 * there is room.
 */
public class StorageFullException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public StorageFullException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public StorageFullException(String message, Throwable cause) {
        super(message, cause);
    }
}
