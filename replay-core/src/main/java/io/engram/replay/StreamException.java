package io.engram.replay;

/** A stream used against its rules: opened twice, stepped outside an episode, closed. */
public class StreamException extends ReplayException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public StreamException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public StreamException(String message, Throwable cause) {
        super(message, cause);
    }
}
