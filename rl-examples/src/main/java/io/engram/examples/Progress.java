package io.engram.examples;

import java.io.Console;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.text.DecimalFormat;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** Shows how far a run is: a bar on a terminal, a line every few seconds elsewhere. */
final class Progress implements AutoCloseable {
    private static final long NANOS_A_LINE = Duration.ofSeconds(2).toNanos();
    private static final long NANOS_A_REDRAW = Duration.ofMillis(200).toNanos();

    private final PrintWriter out;
    private final long from;
    private final long limit;
    private final long started = System.nanoTime();
    private final @Nullable ProgressBar bar;
    private long shown = started;

    /** For a run that is at step {@code from} and will end at step {@code limit} at the latest. */
    Progress(PrintWriter out, long from, long limit) {
        this.out = out;
        this.from = from;
        this.limit = limit;
        this.bar = isTerminal()
                ? new ProgressBarBuilder()
                        .setTaskName("")
                        .setInitialMax(limit)
                        .startsFrom(from, Duration.ZERO)
                        .setUnit(" steps", 1)
                        .showSpeed(new DecimalFormat("0"))
                        .build()
                : null;
    }

    /** Tells where the run is. Cheap enough for every step. */
    void show(long step, long episodes, RecentReturns returns) {
        long now = System.nanoTime();
        if (now - shown < (bar == null ? NANOS_A_LINE : NANOS_A_REDRAW)) {
            return;
        }
        shown = now;
        if (bar != null) {
            bar.stepTo(step);
            // The return first: what does not fit on the line is cut off.
            bar.setExtraMessage(" " + news(episodes, returns));
            return;
        }
        double rate = (double) (step - from) / ((double) (now - started) / 1e9);
        Duration left = Duration.ofSeconds(Math.round((double) (limit - step) / rate));
        out.printf(
                Locale.ROOT,
                "step %,d of at most %,d, %s, %,.0f steps/s, %d:%02d left%n",
                step,
                limit,
                news(episodes, returns),
                rate,
                left.toMinutes(),
                left.toSecondsPart());
        out.flush();
    }

    private static String news(long episodes, RecentReturns returns) {
        return episodes == 0
                ? "no episode yet"
                : String.format(
                        Locale.ROOT,
                        "return %.1f, last 100 %.1f, episode %,d",
                        returns.last(),
                        returns.mean(),
                        episodes);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }

    /** Whether somebody looks on. Since JDK 22 there is a console even without a terminal, and a method that tells. */
    @SuppressWarnings("SystemConsoleNull") // Below JDK 22 it does.
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            Method isTerminal = Console.class.getMethod("isTerminal");
            return (boolean) isTerminal.invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
