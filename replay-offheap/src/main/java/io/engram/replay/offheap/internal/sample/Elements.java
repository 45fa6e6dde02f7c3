package io.engram.replay.offheap.internal.sample;

import io.engram.replay.AgeLimit;
import io.engram.replay.FrameStack;
import io.engram.replay.NStep;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.Windows;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.internal.ring.EpisodeRun;
import io.engram.replay.offheap.internal.ring.EpisodeWalk;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Timeline;
import io.engram.replay.offheap.internal.ring.WindowStarts;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * What each lane of a batch holds where that is more than one step: transitions over n steps, stacks, windows. For a
 * lane, the rows around its key, by their offset in rows of the episode. For one thread, inside an epoch.
 *
 * <pre>
 *        first state of a stack      burn-in        the key      the last step leads here
 *   rows    [-before] .............. [first] ......... [0] ............ [after]
 * </pre>
 *
 * <p>With arrival rows step i leads from row i to row i + 1 and its action is in the latter; with self-contained rows
 * it is row i.
 */
final class Elements {
    /** All of a lane's element is here. */
    static final int FOUND = 0;
    /** The element is not to be sampled: of what comes before the key or behind it, not enough is there. */
    static final int INCOMPLETE = 1;
    /** No window begins at the key. */
    static final int NO_WINDOW = 2;

    private static final EpisodeRun.Visitor UNSEEN = (offset, walk) -> {};

    private final Ring ring;
    private final Timeline timeline;
    private final long maxVersions;
    private final EpisodeWalk walk;
    private final EpisodeRun run;
    private final EpisodeRun.Visitor store = this::store;
    private final boolean arrival;
    private final int nextOffset;
    private final @Nullable Windows windows;

    /** Written and never read, so that the loads behind it are not left out. */
    @SuppressWarnings("unused")
    private long touched;

    private final int depth;
    private final int before;
    private @Nullable NStep nStep;
    private double[] powers = new double[0];
    private int width;
    private long head;
    private long[] addresses = new long[0];
    private long[] stamps = new long[0];
    /** By lane: rows from the key to the episode's first. */
    private final int[] episodeStarts;
    /** By lane: the offset of the first step. */
    private final int[] firsts;
    /** By lane: the row that the element is known by. */
    private final long[] keys;
    /** By lane: the number of steps. */
    private final int[] steps;
    /** By lane: how many of them are burn-in. */
    private final int[] burnIns;
    /** By lane: the offsets of the rows that are used. */
    private final int[] lowest;

    private final int[] highest;
    /** Where the lane that is being found has its key. */
    private int center;

    Elements(SamplerSpec spec, Source source, PayloadLayout layout) {
        this.ring = source.ring();
        this.timeline = source.timeline();
        this.maxVersions = spec.maxAge().policyVersions();
        this.walk = new EpisodeWalk(ring, source.openEpisodes());
        this.run = new EpisodeRun(walk);
        this.arrival = layout.nextOffset() == 0;
        this.nextOffset = layout.nextOffset();
        this.windows = spec.windows();
        this.depth =
                spec.stacks().values().stream().mapToInt(FrameStack::size).max().orElse(1) - 1;
        this.before = depth + (windows == null ? 0 : windows.burnIn() + shift(windows));
        int size = spec.batchSize();
        this.episodeStarts = new int[size];
        this.firsts = new int[size];
        this.keys = new long[size];
        this.steps = new int[size];
        this.burnIns = new int[size];
        this.lowest = new int[size];
        this.highest = new int[size];
        setNStep(spec.nStep());
    }

    /** Whether a sampler needs this: what it delivers of a transition is more than two states and the step between. */
    static boolean areNeeded(SamplerSpec spec) {
        boolean more = spec.columns().stream()
                .anyMatch(name -> name.startsWith(Schema.STATES) || name.startsWith(AgeLimit.PREFIX));
        boolean limited = spec.maxAge().policyVersions() != AgeLimit.UNLIMITED;
        return more
                || limited
                || spec.nStep() != null
                || spec.windows() != null
                || !spec.stacks().isEmpty();
    }

    void setNStep(@Nullable NStep setting) {
        nStep = setting;
        powers = new double[wanted() + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * gamma();
        }
        int after = rows(windows == null ? wanted() : windows.length());
        width = before + 1 + after;
        addresses = new long[width * steps.length];
        stamps = new long[width * steps.length];
    }

    @Nullable
    NStep nStep() {
        return nStep;
    }

    /** The discount of so many steps, multiplied one by one. */
    double gammaToThe(int count) {
        return powers[count];
    }

    /** The discount of one step. */
    double gamma() {
        return nStep == null ? 1 : nStep.gamma();
    }

    /**
     * Loads the rows that transitions will most likely be found to bridge, of some lanes one right after the other, so
     * that the cache misses overlap.
     */
    void touch(int[] lanes, int count, DrawnRows starts) {
        if (windows == null) {
            int rows = rows(wanted());
            long sum = 0;
            for (int i = 0; i < count; i++) {
                for (int row = 1; row <= rows; row++) {
                    long at = ring.rowAddress(walk.guess(starts.sequence(lanes[i]), row));
                    sum += at == 0 ? 0 : UnsafeApi.getLong(at);
                }
            }
            touched = sum;
        }
    }

    /**
     * Finds the rows of a lane's element.
     *
     * @param key the row that it begins with
     * @param tail the oldest row that may be used
     * @return {@link #FOUND}, or why not
     */
    int find(int lane, long key, long tail) {
        center = lane * width + before;
        if (!walk.goTo(key)) {
            return INCOMPLETE;
        }
        store(0, walk);
        int step = walk.step();
        if (windows != null && !WindowStarts.canBegin(windows, step)) {
            return NO_WINDOW;
        }
        int found = windows == null ? findTransition() : findWindow(windows, step);
        // A row is found missing, too, when the window has left it: but not while the key is in the window.
        if (found < (windows == null ? wanted() : windows.length()) && key < ring.tail(ring.head())) {
            return INCOMPLETE;
        }
        if (found < 0) {
            return windows == null ? INCOMPLETE : NO_WINDOW;
        }
        int shift = windows != null && windows.tail() == Windows.Tail.SHIFT_BACK && !windows.wholeEpisodes()
                ? Math.min(windows.length() - found, step)
                : 0;
        int burnIn = windows == null ? 0 : Math.min(windows.burnIn(), step - shift);
        int first = -shift - burnIn;
        int low = Math.max(first - depth, -step);
        if (!findBefore(key, -low, tail)) {
            return INCOMPLETE;
        }
        keys[lane] = key;
        episodeStarts[lane] = -step;
        firsts[lane] = first;
        steps[lane] = found - first;
        burnIns[lane] = burnIn;
        lowest[lane] = low;
        highest[lane] = rows(found);
        return maxVersions == AgeLimit.UNLIMITED || policyVersionsBehind(lane) <= maxVersions ? FOUND : INCOMPLETE;
    }

    /** By how many versions the policy that acted first, after burn-in, is behind the newest. */
    long policyVersionsBehind(int lane) {
        long row = addresses[stepRow(lane, firsts[lane] + burnIns[lane])];
        long version = UnsafeApi.getLong(row + RowDescriptor.POLICY_OFFSET);
        return Math.max(0, ring.policyVersions().newest() - version);
    }

    /** How old the lane's key is at most, in milliseconds. */
    long millis(int lane) {
        return timeline.age(keys[lane]);
    }

    /** How many rows have come after the lane's key. */
    long age(int lane) {
        return head - 1 - keys[lane];
    }

    /** From here on ages are counted. */
    void setHead(long at) {
        head = at;
    }

    /** How many steps a transition bridges, or -1. */
    private int findTransition() {
        int wanted = wanted();
        int found = steps(run.forward(rows(wanted), store));
        boolean waits = nStep != null && nStep.head() == NStep.Head.WAIT && found < wanted && !run.hasEnded();
        return found == 0 || waits ? -1 : found;
    }

    /** How many steps of a window are behind its key, or -1. */
    private int findWindow(Windows which, int step) {
        int found = steps(run.forward(rows(which.length()), store));
        boolean ended = run.hasEnded();
        if (which.wholeEpisodes() && found == which.length()) {
            ended = run.forward(1, UNSEEN) == 0 && run.hasEnded();
        }
        return found > 0 && WindowStarts.isWindow(which, step, found, ended) ? found : -1;
    }

    private boolean findBefore(long key, int rows, long tail) {
        if (rows == 0) {
            return true;
        }
        if (!walk.goTo(key)) {
            return false;
        }
        for (int i = 1; i <= rows; i++) {
            if (!walk.goBack(tail)) {
                return false;
            }
            store(-i, walk);
        }
        return true;
    }

    private void store(int offset, EpisodeWalk at) {
        addresses[center + offset] = at.address();
        stamps[center + offset] = at.stamp();
    }

    /** Whether a row of the lane's element is another now. */
    boolean hasChanged(int lane) {
        int at = lane * width + before;
        for (int i = at + lowest[lane]; i <= at + highest[lane]; i++) {
            if (UnsafeApi.getLong(addresses[i]) != stamps[i]) {
                return true;
            }
        }
        return false;
    }

    int first(int lane) {
        return firsts[lane];
    }

    int stepCount(int lane) {
        return steps[lane];
    }

    int burnIn(int lane) {
        return burnIns[lane];
    }

    /** Where the payload's STATE group of a state lies; of a state before the episode's first, 0. */
    long state(int lane, int offset) {
        if (offset < episodeStarts[lane]) {
            return 0;
        }
        int at = lane * width + before + offset;
        // With self-contained rows the last state is in no row of its own.
        return offset > highest[lane]
                ? addresses[at - 1] + RowDescriptor.HEADER_LENGTH + nextOffset
                : addresses[at] + RowDescriptor.HEADER_LENGTH;
    }

    /** The payload's STATE group of the first state of the lane's episode. */
    long firstState(int lane) {
        return state(lane, episodeStarts[lane]);
    }

    /** The row with the action, reward and flags of a step. */
    private int stepRow(int lane, int offset) {
        return lane * width + before + offset + (arrival ? 1 : 0);
    }

    /** The payload of the row with the action and reward of a step. */
    long stepPayload(int lane, int offset) {
        return addresses[stepRow(lane, offset)] + RowDescriptor.HEADER_LENGTH;
    }

    long stepStamp(int lane, int offset) {
        return stamps[stepRow(lane, offset)];
    }

    private int wanted() {
        return nStep == null ? 1 : nStep.n();
    }

    /** How many rows behind the key so many steps take. */
    private int rows(int ofSteps) {
        return arrival ? ofSteps : ofSteps - 1;
    }

    private int steps(int ofRows) {
        return arrival ? ofRows : ofRows + 1;
    }

    private static int shift(Windows windows) {
        boolean shifted = windows.tail() == Windows.Tail.SHIFT_BACK && !windows.wholeEpisodes();
        return shifted ? windows.length() - 1 : 0;
    }
}
