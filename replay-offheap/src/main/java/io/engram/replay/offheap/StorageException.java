package io.engram.replay.offheap;

import io.engram.replay.ReplayException;

/** A fault of the storage below a memory; the message names the file. */
public class StorageException extends ReplayException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public StorageException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }
}
