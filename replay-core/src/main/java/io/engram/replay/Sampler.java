package io.engram.replay;

/**
 * Draws random batches of transitions. For one thread at a time; many samplers may run at once.
 *
 * <p>Uniform: each transition whose rows are in the memory when the call starts is equally likely, each row of the
 * batch independent of the others, with replacement. A row that is being written, was overwritten meanwhile or starts
 * no transition is drawn again and counted as a redraw. With the same seed, the same history and no writer at work,
 * the same batches come out, on every JDK.
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
     * @throws TooFewTransitionsException if the memory holds fewer rows than {@code minSize}, or no whole transition;
     *     the batch is as it was
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
     * The state of the random generator, between batches.
     *
     * @return to be given to {@link #restoreRandomState}
     */
    long randomState();

    /**
     * Continues the random sequence from a saved state.
     *
     * @param state what {@link #randomState()} returned
     */
    void restoreRandomState(long state);

    /** Ends the sampler and frees its name. Closing twice does nothing. */
    @Override
    void close();
}
