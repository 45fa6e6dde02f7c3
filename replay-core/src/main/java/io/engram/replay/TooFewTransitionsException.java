package io.engram.replay;

/** There are fewer rows than the sampler's {@code minSize} asks for, or no transition that it may draw. */
public class TooFewTransitionsException extends ReplayException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public TooFewTransitionsException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public TooFewTransitionsException(String message, Throwable cause) {
        super(message, cause);
    }
}
