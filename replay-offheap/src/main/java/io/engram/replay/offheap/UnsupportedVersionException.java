package io.engram.replay.offheap;

/** The memory was written by a newer version of Engram. */
public class UnsupportedVersionException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public UnsupportedVersionException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public UnsupportedVersionException(String message, Throwable cause) {
        super(message, cause);
    }
}
