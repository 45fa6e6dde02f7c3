package io.engram.replay;

/**
 * Draws random batches of transitions. For one thread at a time; many samplers may run at once.
 *
 * <p><b>Uniform</b>: each transition whose rows are in the memory when the call starts is equally likely, each row of
 * the batch independent of the others, with replacement. A row that is being written, was overwritten meanwhile or
 * starts no transition is drawn again and counted as a redraw. With the same seed, the same history and no writer at
 * work, the same batches come out, on every JDK.
 *
 * <p><b>Prioritized</b> ({@link SamplerSpec#prioritized}): each transition is drawn with a probability proportional to
 * its mass in a {@link PriorityIndex}, as it was at some moment during the call; never one whose mass is zero. The
 * batch has the probabilities and importance weights. A transition over n steps that must wait, or a stack or window of
 * which a part is no longer there, keeps its mass, which counts in the total, and is drawn again as something else.
 * With no operation of other threads under way the probabilities are exact, and the same seed, history and updates give
 * the same batches, on every JDK.
 */
public interface Sampler extends AutoCloseable {
    /**
     * What this sampler draws, and how.
     *
     * @return the spec, its columns spelled out
     */
    SamplerSpec spec();

    /**
     * Allocates a batch for this sampler.
     *
     * @return a new batch, to be filled again and again
     */
    Batch newBatch();

    /**
     * Fills a batch. Below {@code minSize}, or without a whole transition, it waits as long as the spec's patience,
     * then fails. An interrupt ends the wait early and stays set.
     *
     * @param batch from {@link #newBatch()} of this sampler
     * @return the same batch, every row filled
     * @throws TooFewTransitionsException if the memory holds fewer rows than {@code minSize}, or no whole transition,
     *     or by priority none whose mass is above 0; the batch is as it was, unless other threads replaced what was
     *     being copied: then it holds nothing
     * @throws MemoryClosedException if the memory or the sampler is closed, before or during the call
     * @throws IllegalArgumentException if the batch is another sampler's
     */
    Batch sample(Batch batch);

    /**
     * Fills a batch if it can be done at once.
     *
     * @param batch from {@link #newBatch()} of this sampler
     * @return false, and the batch as it was, where {@link #sample} would wait or throw
     *     {@link TooFewTransitionsException}
     * @throws MemoryClosedException if the memory or the sampler is closed, before or during the call
     * @throws IllegalArgumentException if the batch is another sampler's
     */
    boolean trySample(Batch batch);

    /**
     * Changes how many steps the transitions of later batches bridge.
     *
     * @param n the most steps, 1 to {@value NStep#MAX_STEPS}
     * @param gamma the discount of one step
     * @throws IllegalStateException if this sampler's spec has no {@link NStep}
     * @throws IllegalArgumentException if a number is out of bounds
     */
    void nStep(int n, double gamma);

    /**
     * Sets the priorities of transitions from their TD errors: {@code |tdError| + epsilon}. Each transition gets its
     * priority in this sampler's index if it is the one that the handle was given for; a handle of a transition that
     * was overwritten or erased since, or of another incarnation of the memory, changes nothing and is counted in
     * {@link MemoryStats#staleUpdates}. If a transition is there more than once, the last priority counts.
     *
     * <p>Of windows the batch has one error for each position, [size, positions] in C order; a window's priority is
     * {@code eta x max + (1 - eta) x mean} of its steps' absolute errors, burn-in and padding left out, plus epsilon.
     * The batch must be of a sampler with the same windows.
     *
     * @param batch of any sampler, filled
     * @param tdErrors one for each row of the batch, with its sign; more are ignored
     * @throws IllegalStateException if this sampler is uniform
     * @throws IllegalArgumentException if there are fewer errors than rows, or one is NaN or infinite, or
     *     the batch has longer windows than this sampler; then nothing is changed
     * @throws MemoryClosedException if the memory or the sampler is closed
     */
    void updateTdErrors(Batch batch, float[] tdErrors);

    /**
     * Sets the priorities of transitions. As {@link #updateTdErrors}, but the values are the priorities: nothing is
     * added, and with 0 a transition is never drawn again.
     *
     * @param batch of any sampler, filled
     * @param priorities one for each row of the batch; more are ignored
     * @throws IllegalStateException if this sampler is uniform
     * @throws IllegalArgumentException if there are fewer priorities than rows, or one is NaN, infinite or negative;
     *     then nothing is changed
     * @throws MemoryClosedException if the memory or the sampler is closed
     */
    void updatePriorities(Batch batch, float[] priorities);

    /**
     * Sets the priorities of transitions whose handles were kept (the rows that they <i>start</i> from, which with
     * arrival rows is not what {@link StreamWriter#step} returns), such as by a learner that gets copies of batches
     * from elsewhere. As {@link #updatePriorities(Batch, float[])}.
     *
     * @param incarnation what {@link Batch#incarnation} was
     * @param sequences what {@link Batch#sequence} was, one for each transition
     * @param priorities one for each transition; more are ignored
     * @throws IllegalStateException if this sampler is uniform
     * @throws IllegalArgumentException if there are fewer priorities than sequences, or one is NaN, infinite or
     *     negative; then nothing is changed
     * @throws MemoryClosedException if the memory or the sampler is closed
     */
    void updatePriorities(long incarnation, long[] sequences, float[] priorities);

    /**
     * Where this sampler stands, between batches.
     *
     * @return to be given to {@link #restore}
     */
    SamplerState state();

    /**
     * Continues from a saved state.
     *
     * @param state what {@link #state()} returned
     */
    void restore(SamplerState state);

    /** Ends the sampler and frees its name. Closing twice does nothing. */
    @Override
    void close();
}
