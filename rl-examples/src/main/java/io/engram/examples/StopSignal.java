package io.engram.examples;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Turns SIGINT and SIGTERM into a wish to stop. The JVM then waits until this is closed, at most a minute, before it
 * ends with its own exit code: 130 for SIGINT, 143 for SIGTERM.
 */
final class StopSignal implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::request, "stop-signal");
    private volatile boolean requested;

    private StopSignal() {}

    /** Begins to listen. */
    static StopSignal install() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(signal.hook);
        return signal;
    }

    /** Whether a signal came. */
    boolean isRequested() {
        return requested;
    }

    @Override
    public void close() {
        closed.countDown();
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // A signal came just now: the hook finds this closed and ends at once.
                requested = true;
            }
        }
    }

    private void request() {
        requested = true;
        try {
            if (!closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("warning: the run did not stop in time; it resumes from its newest snapshot");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
