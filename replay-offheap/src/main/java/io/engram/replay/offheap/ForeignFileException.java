package io.engram.replay.offheap;

/** Something that is not part of an Engram memory lies where one was expected. */
public class ForeignFileException extends StorageException {
    private static final long serialVersionUID = 1L;

    /**
     * With a message only.
     *
     * @param message what was wrong, where, what was expected and what to do
     */
    public ForeignFileException(String message) {
        super(message);
    }

    /**
     * With a cause.
     *
     * @param message what was wrong, where, what was expected and what to do
     * @param cause what it came from
     */
    public ForeignFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
