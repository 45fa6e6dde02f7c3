package io.engram.examples;

/** A run cannot begin or go on; the message is one sentence for the user. */
final class RunException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RunException(String message) {
        super(message);
    }

    RunException(String message, Throwable cause) {
        super(message, cause);
    }
}
