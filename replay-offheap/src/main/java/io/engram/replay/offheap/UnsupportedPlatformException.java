package io.engram.replay.offheap;

import io.engram.replay.ReplayException;

/** This JVM or machine cannot run an off-heap memory; the message says what is missing. */
public class UnsupportedPlatformException extends ReplayException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public UnsupportedPlatformException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public UnsupportedPlatformException(String message, Throwable cause) {
        super(message, cause);
    }
}
