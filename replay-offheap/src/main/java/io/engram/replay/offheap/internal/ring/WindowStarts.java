package io.engram.replay.offheap.internal.ring;

import io.engram.replay.RowLayout;
import io.engram.replay.Windows;
import java.util.function.LongPredicate;

/** Whether a window begins at a row, were it not shifted back. For a ring that nobody writes to. */
public final class WindowStarts implements LongPredicate {
    private static final EpisodeRun.Visitor UNSEEN = (offset, walk) -> {};

    private final EpisodeWalk walk;
    private final EpisodeRun run;
    private final Windows windows;
    private final boolean arrival;

    /**
     * For the rows of a ring.
     *
     * @param walk through its rows
     * @param layout of the rows
     * @param windows which there are
     */
    public WindowStarts(EpisodeWalk walk, RowLayout layout, Windows windows) {
        this.walk = walk;
        this.run = new EpisodeRun(walk);
        this.windows = windows;
        this.arrival = layout == RowLayout.ARRIVAL;
    }

    @Override
    public boolean test(long sequence) {
        if (!walk.goTo(sequence)) {
            return false;
        }
        int step = walk.step();
        if (!canBegin(windows, step)) {
            return false;
        }
        int wanted = wantedSteps(windows);
        int steps = run.forward(arrival ? wanted : wanted - 1, UNSEEN) + (arrival ? 0 : 1);
        return steps > 0 && isWindow(windows, step, steps, run.hasEnded());
    }

    /**
     * Whether a window can begin at a step at all.
     *
     * @param windows which there are
     * @param step of the episode
     * @return false for most
     */
    public static boolean canBegin(Windows windows, int step) {
        return windows.wholeEpisodes() ? step == 0 : step % windows.stride() == 0;
    }

    /**
     * How many steps must be looked at to tell.
     *
     * @param windows which there are
     * @return at least 1
     */
    public static int wantedSteps(Windows windows) {
        // An episode that goes on beyond the longest is not sampled.
        return windows.wholeEpisodes() ? windows.length() + 1 : windows.length();
    }

    /**
     * Whether a window begins at a step where one can.
     *
     * @param windows which there are
     * @param step where
     * @param steps from there on, at least 1 and at most {@link #wantedSteps}
     * @param ended whether there are and will be no more
     * @return true if so
     */
    public static boolean isWindow(Windows windows, int step, int steps, boolean ended) {
        if (windows.wholeEpisodes()) {
            return ended;
        }
        boolean covered = step > 0 && steps <= windows.length() - windows.stride();
        return steps == windows.length() || (ended && !covered && windows.tail() != Windows.Tail.DROP);
    }
}
