package io.engram.replay;

import java.util.List;

/**
 * A replay memory: keeps the last {@link #capacity()} rows that its writers appended and gives random batches of
 * transitions to its samplers.
 *
 * <p>Safe for use by any number of threads; each writer and each sampler is for one thread at a time.
 */
public interface ReplayMemory extends AutoCloseable {
    /**
     * What a transition is made of.
     *
     * @return the schema the memory was created with
     */
    Schema schema();

    /**
     * How many rows the memory keeps. With self-contained rows a row is a transition; with arrival rows an episode of T
     * steps takes T+1 rows.
     *
     * @return at least 1
     */
    long capacity();

    /**
     * How many rows the memory holds now, those being written at this moment included.
     *
     * @return 0 to capacity
     * @throws MemoryClosedException if the memory is closed
     */
    long size();

    /**
     * Opens a stream for writing: the experience of one actor, in order. A stream's name lives as long as the memory; a
     * stream that was closed can be opened again and begins with a new episode.
     *
     * @param stream 1 to 200 characters, no control characters
     * @return a writer for one thread at a time
     * @throws StreamException if the name is bad or the stream is open already
     * @throws MemoryClosedException if the memory is closed
     */
    StreamWriter writer(String stream);

    /**
     * Opens one stream for each lane of a vector environment.
     *
     * @param streams a name a lane, all different
     * @return a writer for one thread at a time
     * @throws StreamException if a name is bad, repeated or open already, or there is none; then none is opened
     * @throws MemoryClosedException if the memory is closed
     */
    VectorWriter vectorWriter(List<String> streams);

    /**
     * Makes a sampler. Its name is for statistics and for saving its random state; two open samplers cannot share one.
     *
     * @param spec what to sample and how
     * @return a sampler for one thread at a time
     * @throws SchemaException if the spec asks for a column that the schema does not have, or for one twice
     * @throws IllegalArgumentException if the spec's {@code minSize} exceeds the capacity, or the memory has no
     *     priority index of the spec's name
     * @throws IllegalStateException if a sampler of that name is open
     * @throws MemoryClosedException if the memory is closed
     */
    Sampler sampler(SamplerSpec spec);

    /**
     * The priorities that the memory keeps.
     *
     * @return the settings of each index, by name in ascending order; empty if there is none
     */
    List<PriorityIndex> priorityIndexes();

    /**
     * The episodes that are open or have rows in the window. Reads the whole journal: not for the hot path.
     *
     * @return by number in ascending order; of those open, figures of a moment ago
     * @throws MemoryClosedException if the memory is closed
     */
    List<Episode> episodes();

    /**
     * The newest version of the policy that a writer used or a learner declared. It never falls while the memory is
     * open; one that is opened again knows the versions of the rows it holds.
     *
     * @return at least 0
     * @throws MemoryClosedException if the memory is closed
     */
    long policyVersion();

    /**
     * Declares a version of the policy, newer or not: what a learner does when it has published new weights.
     *
     * @param version at least 0
     * @throws IllegalArgumentException if it is negative
     * @throws MemoryClosedException if the memory is closed
     */
    void policyVersion(long version);

    /**
     * What has happened so far.
     *
     * @return a consistent enough picture: each figure was true at some moment during the call
     * @throws MemoryClosedException if the memory is closed
     */
    MemoryStats stats();

    /**
     * Ends the memory: what would read it or append to it fails from now on with {@link MemoryClosedException}, whether
     * called here, on a writer or on a sampler; calls under way end first. Writers and samplers can still be closed.
     * Closing twice does nothing.
     */
    @Override
    void close();
}
