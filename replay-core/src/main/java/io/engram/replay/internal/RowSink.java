package io.engram.replay.internal;

/** What a writer's rows go into. For one thread at a time; a writer has its own. */
public interface RowSink {
    /**
     * Makes room for rows, or throws and changes nothing. Followed by exactly that many appends and a {@link #release}.
     *
     * @param rows at least 1
     */
    void claim(int rows);

    /**
     * Appends the lane's staged row.
     *
     * @param lane whose row
     * @param flags of {@link RowFlags}
     * @return the row's sequence, or {@link Lane#NONE} if the lane's episode is being erased since the call began; then
     *     nothing is appended
     */
    long append(Lane lane, int flags);

    /** Ends what {@link #claim} began; also after an append that threw. */
    void release();

    /**
     * A number for an episode of the lane that begins, with its label, now. Before the lane gives up the one before.
     * Recorded: whatever happens, {@link #episodeBegins} follows. Throws if no episode must begin; then nothing is.
     *
     * @param lane whose episode
     * @return one that no other episode has
     */
    long nextEpisode(Lane lane);

    /**
     * Says that the lane's episode begins. Before its first row is appended.
     *
     * @param lane whose episode
     */
    void episodeBegins(Lane lane);

    /**
     * Says that the lane's episode has ended. After its last row was appended; also where the memory is closed by now.
     *
     * @param lane whose episode
     * @param flags of its last row, or 0 if it was abandoned
     */
    void episodeEnded(Lane lane, int flags);

    /**
     * Says that rows to come are of a version of the policy.
     *
     * @param version at least 0
     * @throws io.engram.replay.MemoryClosedException if the memory is closed
     */
    void usesPolicy(long version);

    /** Frees the writer's streams and what it holds. */
    void close();
}
