package io.engram.examples;

/** A checkpoint file that cannot be taken: foreign, too new, cut short or changed. */
final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CheckpointException(String message) {
        super(message);
    }

    CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
