package io.engram.examples;

/** What was asked for cannot be meant; the message is one sentence for the user. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
