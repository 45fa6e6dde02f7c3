package io.engram.replay.offheap;

/** A snapshot could not be taken, found or used as asked. The memory and all other snapshots are as they were. */
public class SnapshotException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public SnapshotException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public SnapshotException(String message, Throwable cause) {
        super(message, cause);
    }
}
