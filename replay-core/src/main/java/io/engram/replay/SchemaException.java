package io.engram.replay;

/** A schema that cannot be, a field that is not in it, or a value that does not fit its field. */
public class SchemaException extends ReplayException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public SchemaException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public SchemaException(String message, Throwable cause) {
        super(message, cause);
    }
}
