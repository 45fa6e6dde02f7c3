package io.engram.replay;

/** The root of every exception that a memory throws on purpose. The memory is as it was before the call. */
public class ReplayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public ReplayException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public ReplayException(String message, Throwable cause) {
        super(message, cause);
    }
}
