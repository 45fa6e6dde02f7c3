package io.engram.replay.offheap;

/** A file of the memory does not match its checksum, or the files contradict each other. */
public class CorruptStoreException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public CorruptStoreException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public CorruptStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
