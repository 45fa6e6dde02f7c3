package io.engram.replay;

/**
 * Consecutive values of a STATE field as one, made when a batch is sampled: the state and those before it in its
 * episode, oldest first, in a new leading dimension (Mnih et al. 2015, "Human-level control", section "Preprocessing").
 * Each is stored once. Immutable.
 *
 * <p>States before the first of an episode are padded. A state whose predecessors were overwritten or erased is not
 * sampled, whatever columns are asked for.
 *
 * @param size how many states, 1 to {@value #MAX_SIZE}
 * @param padding what stands for states before the first of an episode
 */
public record FrameStack(int size, Padding padding) {
    /** The largest stack. */
    public static final int MAX_SIZE = 1024;

    /** What stands for states before the first of an episode. */
    public enum Padding {
        /** The first state of the episode. */
        REPEAT_FIRST,
        /** Zeros. */
        ZEROS
    }

    /**
     * Checks every part.
     *
     * @param size how many states
     * @param padding what stands for those before the first
     * @throws IllegalArgumentException if the size is out of bounds
     */
    public FrameStack {
        if (size < 1 || size > MAX_SIZE) {
            throw new IllegalArgumentException("stack size=" + size + ", expected 1 to " + MAX_SIZE);
        }
    }

    /**
     * Padded by the first state.
     *
     * @param size how many states
     * @return the setting
     * @throws IllegalArgumentException if the size is out of bounds
     */
    public static FrameStack of(int size) {
        return new FrameStack(size, Padding.REPEAT_FIRST);
    }
}
