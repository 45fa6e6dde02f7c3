package io.engram.replay;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Appends one step of N lanes at a time, each lane a stream. For one thread at a time.
 *
 * <p><b>Gymnasium's next-step autoreset</b> (the default of its vector environments): the step after an episode's end
 * is not a transition; its observation is the first of the next episode. Pass a mask with false for those lanes, and
 * {@link #step(Columns, boolean[])} begins their next episode with the {@code next/} columns. <b>Same-step
 * autoreset</b>: pass the true last observations ({@code final_obs}) to {@link #step(Columns)}, then the observations
 * after the reset to {@link #begin(Columns, boolean[])} for the lanes that ended.
 */
public interface VectorWriter extends AutoCloseable {
    /**
     * The streams' names, a lane each.
     *
     * @return an immutable list
     */
    List<String> streams();

    /**
     * Allocates columns of one row a lane.
     *
     * @return new columns, to be filled and passed again and again
     */
    Columns newColumns();

    /**
     * Begins an episode on every lane from the STATE columns. Episodes still open are abandoned first.
     *
     * @param states columns of one row a lane; only STATE columns are read
     * @throws SchemaException if a column is missing or differs from the schema
     * @throws IllegalArgumentException if the columns do not have a row a lane, or more rows are to be appended than
     *     the capacity
     * @throws StreamException if the writer is closed
     * @throws MemoryClosedException if the memory is closed
     */
    default void begin(Columns states) {
        begin(states, null);
    }

    /**
     * Begins an episode on some lanes from the STATE columns.
     *
     * @param states columns of one row a lane; only STATE columns are read
     * @param lanes true for the lanes that begin; null for all
     * @throws SchemaException if a column is missing or differs from the schema
     * @throws IllegalArgumentException if the mask or the columns do not have a row a lane, or more rows are to be
     *     appended than the capacity
     * @throws StreamException if the writer is closed
     * @throws MemoryClosedException if the memory is closed
     */
    void begin(Columns states, boolean @Nullable [] lanes);

    /**
     * Commits a step on every lane, all or none.
     *
     * @param steps columns of one row a lane; the STEP, {@code next/}, terminated and truncated columns are read
     * @throws SchemaException if a column is missing or differs from the schema, or a BOOL is neither 0 nor 1
     * @throws IllegalArgumentException if the columns do not have a row a lane, or more rows are to be appended than
     *     the capacity
     * @throws StreamException if a lane has no open episode, or the writer is closed
     * @throws MemoryClosedException if the memory is closed
     */
    default void step(Columns steps) {
        step(steps, null);
    }

    /**
     * Commits a step on the lanes where it is a transition, and begins an episode with the {@code next/} columns on the
     * others; all or none.
     *
     * @param steps columns of one row a lane; the STEP, {@code next/}, terminated and truncated columns are read
     * @param transitions false for the lanes whose step is not a transition; null for none
     * @throws SchemaException if a column is missing or differs from the schema, or a BOOL is neither 0 nor 1
     * @throws IllegalArgumentException if the mask or the columns do not have a row a lane, or more rows are to be
     *     appended than the capacity
     * @throws StreamException if a lane that steps has no open episode, or the writer is closed
     * @throws MemoryClosedException if the memory is closed
     */
    void step(Columns steps, boolean @Nullable [] transitions);

    /**
     * Gives the transition of a lane's next {@code step} a priority of its own, as {@link StreamWriter#prioritize}.
     *
     * @param lane 0 to lanes - 1
     * @param priority before alpha; finite, at least 0
     * @throws IllegalArgumentException if it is NaN, infinite or negative
     */
    void prioritize(int lane, double priority);

    /**
     * Says what a lane's episodes are about that begin from now on, as {@link StreamWriter#label}.
     *
     * @param lane 0 to lanes - 1
     * @param label of every episode of the lane from the next one on
     * @throws StreamException if the writer is closed
     */
    void label(int lane, EpisodeLabel label);

    /**
     * Says which version of the policy acts on every lane from the next row on, as {@link StreamWriter#policyVersion}.
     *
     * @param version at least 0
     * @throws IllegalArgumentException if it is negative
     * @throws StreamException if the writer is closed
     * @throws MemoryClosedException if the memory is closed
     */
    void policyVersion(long version);

    /**
     * Gives up the open episode of one lane, as {@link StreamWriter#abandon}.
     *
     * @param lane 0 to lanes - 1
     */
    void abandon(int lane);

    /** Closes every lane's stream; open episodes are abandoned. Closing twice does nothing. */
    @Override
    void close();
}
