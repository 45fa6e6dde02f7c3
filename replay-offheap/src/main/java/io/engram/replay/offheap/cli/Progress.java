package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.exchange.ExchangeProgress;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/** Says on standard error how far long work has come, a line a second and none for short work. */
final class Progress implements ExchangeProgress {
    private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

    private final PrintWriter err;
    private final String what;
    private long told = System.nanoTime();

    Progress(PrintWriter err, String what) {
        this.err = err;
        this.what = what;
    }

    @Override
    public void at(long rows, long of) {
        if (System.nanoTime() - told >= PAUSE) {
            told = System.nanoTime();
            err.printf("%s: %d of %d rows (%d%%)%n", what, rows, of, 100 * rows / Math.max(1, of));
            err.flush();
        }
    }
}
