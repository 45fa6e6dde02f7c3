package io.engram.replay.internal;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * How long to try again before giving up: attempts with pauses between, short at first, so that nobody has to notify
 * the one who waits. Immutable.
 */
public final class Patience {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final long nanos;

    /**
     * A patience of that length.
     *
     * @param time zero or more; centuries count as for ever
     */
    public Patience(Duration time) {
        this.nanos = TimeUnit.NANOSECONDS.convert(time);
    }

    /**
     * Tries until it succeeds, the time is over or the thread is interrupted; at least once. What an attempt
     * throws ends the wait. An interrupt stays set.
     *
     * @param attempt true if it succeeded
     * @return whether an attempt succeeded
     */
    public boolean await(BooleanSupplier attempt) {
        long start = System.nanoTime();
        long pause = FIRST_PAUSE_NANOS;
        while (!attempt.getAsBoolean()) {
            long left = nanos - (System.nanoTime() - start);
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(this, Math.min(pause, left));
            pause = Math.min(2 * pause, LAST_PAUSE_NANOS);
        }
        return true;
    }
}
