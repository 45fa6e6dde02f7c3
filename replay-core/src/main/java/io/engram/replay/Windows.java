package io.engram.replay;

/**
 * Consecutive steps of one episode as one element of a batch, for recurrent networks and returns over whole episodes.
 * Immutable.
 *
 * <p>The windows of an episode of T steps begin at steps 0, {@code stride}, 2 x {@code stride}, ..., and there is one
 * more only while the last has not reached the end; each begins at a step that the episode has. The last window is
 * treated by {@code tail} if fewer than {@code length} steps are left for it. Before an episode has ended it has its
 * full windows only. Windows never cross into another episode (Kapturowski et al., "Recurrent Experience Replay in
 * Distributed Reinforcement Learning" (R2D2), 2019, section 2.3: length 80, stride 40).
 *
 * <p><b>Burn-in</b> (same paper, section 3): the {@code burnIn} steps before the window come with it, fewer where the
 * episode begins later; they are for unrolling the recurrent state, not for learning. A window is
 * {@code burnIn + length} positions long; its steps fill the first of them, the rest is zeros. The columns
 * {@value #VALID} and {@value #BURN_IN} say what is what: train where the first is 1 and the second is 0.
 *
 * @param length steps of a window, at least 1
 * @param stride steps from a window's begin to the next one's, at least 1; ignored for whole episodes
 * @param tail what becomes of a last window that the episode does not fill; ignored for whole episodes
 * @param burnIn steps before the window, at least 0
 * @param order from the first step to the last, or back
 * @param wholeEpisodes each element is a whole episode of at most {@code length} steps that has ended; longer ones are
 *     never sampled
 */
public record Windows(int length, int stride, Tail tail, int burnIn, Order order, boolean wholeEpisodes) {
    /** The most positions of a window. */
    public static final int MAX_LENGTH = 1 << 20;
    /** The prefix of the columns that tell positions apart. */
    public static final String PREFIX = "window/";
    /** The column that says which positions are steps: BOOL [positions]. */
    public static final String VALID = PREFIX + "valid";
    /** The column that says which steps are burn-in: BOOL [positions]. */
    public static final String BURN_IN = PREFIX + "burn_in";

    /** What becomes of a last window that the episode does not fill. */
    public enum Tail {
        /** It begins earlier, so that it ends with the episode; padded only if the whole episode is shorter. */
        SHIFT_BACK,
        /** The steps that are left, then padding. */
        PAD,
        /** It is not sampled; an episode shorter than a window never is. */
        DROP
    }

    /** The direction of time within a window. */
    public enum Order {
        /** The first step first. */
        FORWARD,
        /** The last step first, as episodic backward updates want it (Lee et al. 2019). */
        BACKWARD
    }

    /**
     * Checks every part.
     *
     * @param length steps of a window
     * @param stride steps from begin to begin
     * @param tail what becomes of a last window
     * @param burnIn steps before the window
     * @param order the direction of time
     * @param wholeEpisodes whether elements are whole episodes
     * @throws IllegalArgumentException if a part is out of bounds
     */
    public Windows {
        if (length < 1 || burnIn < 0 || (long) length + burnIn > MAX_LENGTH) {
            throw new IllegalArgumentException("windows of length=" + length + " and burnIn=" + burnIn
                    + ", expected at least 1 and 0, together at most " + MAX_LENGTH);
        }
        if (stride < 1) {
            throw new IllegalArgumentException("windows with stride=" + stride + ", expected at least 1");
        }
        if (wholeEpisodes && burnIn > 0) {
            throw new IllegalArgumentException(
                    "whole episodes with burnIn=" + burnIn + ", expected 0: no step comes before an episode's first");
        }
    }

    /**
     * Windows that follow one another, the last one padded, without burn-in, forward.
     *
     * @param length steps of a window
     * @return the setting
     * @throws IllegalArgumentException if the length is out of bounds
     */
    public static Windows of(int length) {
        return new Windows(length, length, Tail.PAD, 0, Order.FORWARD, false);
    }

    /**
     * Whole episodes, padded, forward.
     *
     * @param maxLength steps of the longest episode that is sampled
     * @return the setting
     * @throws IllegalArgumentException if the length is out of bounds
     */
    public static Windows episodes(int maxLength) {
        return new Windows(maxLength, maxLength, Tail.PAD, 0, Order.FORWARD, true);
    }

    /**
     * The same with another stride.
     *
     * @param steps from begin to begin
     * @return the setting
     * @throws IllegalArgumentException if it is below 1
     */
    public Windows withStride(int steps) {
        return new Windows(length, steps, tail, burnIn, order, wholeEpisodes);
    }

    /**
     * The same with another rule for the last window.
     *
     * @param rule shift back, pad or drop
     * @return the setting
     */
    public Windows withTail(Tail rule) {
        return new Windows(length, stride, rule, burnIn, order, wholeEpisodes);
    }

    /**
     * The same with burn-in.
     *
     * @param steps before the window
     * @return the setting
     * @throws IllegalArgumentException if it is out of bounds
     */
    public Windows withBurnIn(int steps) {
        return new Windows(length, stride, tail, steps, order, wholeEpisodes);
    }

    /**
     * The same in another order.
     *
     * @param direction forward or backward
     * @return the setting
     */
    public Windows withOrder(Order direction) {
        return new Windows(length, stride, tail, burnIn, direction, wholeEpisodes);
    }

    /**
     * The positions of an element: burn-in and steps.
     *
     * @return at least 1
     */
    public int positions() {
        return burnIn + length;
    }

    /**
     * Where the values of a window's steps without burn-in begin in a column of one value a position.
     *
     * @param row of the batch
     * @param steps that the window has
     * @param burnInSteps that it has among them
     * @return the index of the first
     * @throws IllegalArgumentException if it has more than these windows have
     */
    public int firstLearned(int row, int steps, int burnInSteps) {
        if (steps > positions() || burnInSteps > burnIn) {
            throw new IllegalArgumentException("row=" + row + " of the batch is a window of steps=" + steps
                    + " with burnIn=" + burnInSteps + ", expected at most " + positions() + " and " + burnIn
                    + ": it is of a sampler with other windows; no priority was changed");
        }
        // Backward, the steps to learn from come before the burn-in.
        return row * positions() + (order == Order.FORWARD ? burnInSteps : 0);
    }

    /**
     * Which windows there are, without how they are delivered: no burn-in, forward.
     *
     * @return the setting that a priority index keeps
     */
    public Windows starts() {
        return wholeEpisodes ? episodes(length) : new Windows(length, stride, tail, 0, Order.FORWARD, false);
    }
}
