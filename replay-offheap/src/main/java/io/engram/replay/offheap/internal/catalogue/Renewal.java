package io.engram.replay.offheap.internal.catalogue;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Whether an index is to be made anew because something is erased from the journal: announced while the journal has it
 * still, asked for when it has not, over when it has happened. Safe for use by any thread.
 */
final class Renewal {
    private static final long LOOK_MILLIS = 2;

    private enum State {
        OVER,
        ANNOUNCED,
        ASKED
    }

    private volatile State state = State.OVER;

    Renewal() {}

    void announce() {
        state = State.ANNOUNCED;
    }

    void ask() {
        state = State.ASKED;
    }

    void happened() {
        state = State.OVER;
    }

    boolean isAskedFor() {
        return state == State.ASKED;
    }

    boolean isOver() {
        return state == State.OVER;
    }

    /** Waits until it has happened, or nobody will do it; false if neither is so in time. */
    boolean await(Duration timeout, BooleanSupplier nobody) {
        long start = System.nanoTime();
        while (state == State.ASKED && !nobody.getAsBoolean()) {
            if (System.nanoTime() - start > timeout.toNanos()) {
                return false;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
