package io.engram.replay.offheap;

import io.engram.replay.ReplayException;

/** A memory that was opened for reading only, such as a snapshot, was asked to change. */
public class ReadOnlyMemoryException extends ReplayException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public ReadOnlyMemoryException(String message) {
        super(message);
    }
}
