package io.engram.replay.offheap.exchange;

import io.engram.replay.ReplayException;

/** A file to import is not what it should be. Nothing was made of it. */
public final class ExchangeException extends ReplayException {
    private static final long serialVersionUID = 1L;

    /**
     * An exception.
     *
     * @param message what was found where, what was expected, and what to do
     */
    public ExchangeException(String message) {
        super(message);
    }

    /**
     * An exception.
     *
     * @param message what was found where, what was expected, and what to do
     * @param cause what it was found by
     */
    public ExchangeException(String message, Throwable cause) {
        super(message, cause);
    }
}
