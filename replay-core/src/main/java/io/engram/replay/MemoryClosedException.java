package io.engram.replay;

/** The memory was closed, before the call or during it. */
public class MemoryClosedException extends ReplayException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public MemoryClosedException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public MemoryClosedException(String message, Throwable cause) {
        super(message, cause);
    }
}
