package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.ErasureProgress;
import io.engram.replay.offheap.exchange.ExchangeProgress;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Says on standard error how far long work has come, a line a second and none for short work. */
final class Progress implements ExchangeProgress, ErasureProgress {
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
        tell("", rows, of, "rows");
    }

    @Override
    public void finished(Step step, int files, int all) {
        tell(", " + step.name().toLowerCase(Locale.ROOT), files, all, "files");
    }

    private void tell(String step, long finished, long of, String unit) {
        if (System.nanoTime() - told >= PAUSE) {
            told = System.nanoTime();
            err.printf("%s%s: %d of %d %s (%d%%)%n", what, step, finished, of, unit, 100 * finished / Math.max(1, of));
            err.flush();
        }
    }
}
