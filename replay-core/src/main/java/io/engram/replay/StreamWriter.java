package io.engram.replay;

/**
 * Appends the experience of one stream, in order. For one thread at a time.
 *
 * <pre>{@code
 * writer.begin(observation);
 * while (...) {
 *     writer.step(action, reward, nextObservation, terminated, truncated);
 * }
 * }</pre>
 *
 * <p>Values are staged in the writer and enter the memory whole when {@code begin} or {@code step} commits them; a call
 * that throws has appended nothing, and the staged values are kept. Fields beyond observation, action and reward are
 * staged with {@link #field}, before {@code begin} for the first state and before {@code step} for the step and the
 * state it led to. Every field must be staged anew for every commit that needs it.
 *
 * <p>The observation after a step that truncates is the true last one, not the first of the next episode.
 */
public interface StreamWriter extends AutoCloseable {
    /** What {@code begin} returns where a first state needs no row of its own. */
    long NO_ROW = -1;

    /**
     * The stream's name.
     *
     * @return as given to {@link ReplayMemory#writer}
     */
    String stream();

    /**
     * The staging place of a field, good for the life of the writer.
     *
     * @param name the exact name
     * @return where values for the next commit are set
     * @throws SchemaException if the schema has no such field
     */
    StagedField field(String name);

    /**
     * Begins an episode with the staged STATE fields. An episode still open is abandoned first.
     *
     * @return the sequence of the row, or {@link #NO_ROW} with self-contained rows
     * @throws SchemaException if a STATE field is not staged
     * @throws StreamException if the writer is closed
     * @throws MemoryClosedException if the memory is closed
     */
    long begin();

    /**
     * Begins an episode; {@link Field#OBSERVATION} is F32.
     *
     * @param observation all elements
     * @return as {@link #begin()}
     * @throws SchemaException if the length or type differs from the field's, or another STATE field is not staged
     */
    default long begin(float[] observation) {
        field(Field.OBSERVATION).set(observation);
        return begin();
    }

    /**
     * Begins an episode; {@link Field#OBSERVATION} is U8, I8 or BOOL.
     *
     * @param observation all elements
     * @return as {@link #begin()}
     * @throws SchemaException if the length or type differs from the field's, or another STATE field is not staged
     */
    default long begin(byte[] observation) {
        field(Field.OBSERVATION).set(observation);
        return begin();
    }

    /**
     * Gives the transition of the next {@code step} a priority of its own, in every index, instead of what the index
     * gives to new transitions. Forgotten with the next {@code begin} or {@code abandon}; with {@link #stepAll} it is
     * for the first step only.
     *
     * @param priority before alpha; finite, at least 0
     * @throws IllegalArgumentException if it is NaN, infinite or negative
     */
    void prioritize(double priority);

    /**
     * Says what episodes are about that begin from now on; {@link EpisodeLabel#NONE} unless said. The one that is open
     * keeps its label.
     *
     * @param label of every episode from the next one on
     * @throws StreamException if the writer is closed
     */
    void label(EpisodeLabel label);

    /**
     * Says which version of the policy acts from the next row on; 0 unless said. Every row carries it. Versions are the
     * caller's: the number of updates, of publications, whatever only grows.
     *
     * @param version at least 0
     * @throws IllegalArgumentException if it is negative
     * @throws StreamException if the writer is closed
     * @throws MemoryClosedException if the memory is closed
     */
    void policyVersion(long version);

    /**
     * Commits the staged step and the staged state it led to. Either flag ends the episode; with both, terminated wins
     * wherever a learner must choose.
     *
     * @param terminated the state is final: nothing to bootstrap from
     * @param truncated the episode was cut off here: bootstrap from the next state
     * @return the sequence of the row
     * @throws SchemaException if a field is not staged
     * @throws StreamException if no episode is open or the writer is closed
     * @throws MemoryClosedException if the memory is closed
     */
    long step(boolean terminated, boolean truncated);

    /**
     * Commits a step with a discrete action and a float observation.
     *
     * @param action the action, in the range of the field's dtype
     * @param reward the reward
     * @param nextObservation all elements
     * @param terminated as {@link #step(boolean, boolean)}
     * @param truncated as {@link #step(boolean, boolean)}
     * @return as {@link #step(boolean, boolean)}
     * @throws SchemaException if a value does not fit its field, or another field is not staged
     */
    default long step(int action, float reward, float[] nextObservation, boolean terminated, boolean truncated) {
        field(Field.ACTION).set(action);
        field(Field.REWARD).set(reward);
        field(Field.OBSERVATION).set(nextObservation);
        return step(terminated, truncated);
    }

    /**
     * Commits a step with a continuous action and a float observation.
     *
     * @param action all elements
     * @param reward the reward
     * @param nextObservation all elements
     * @param terminated as {@link #step(boolean, boolean)}
     * @param truncated as {@link #step(boolean, boolean)}
     * @return as {@link #step(boolean, boolean)}
     * @throws SchemaException if a value does not fit its field, or another field is not staged
     */
    default long step(float[] action, float reward, float[] nextObservation, boolean terminated, boolean truncated) {
        field(Field.ACTION).set(action);
        field(Field.REWARD).set(reward);
        field(Field.OBSERVATION).set(nextObservation);
        return step(terminated, truncated);
    }

    /**
     * Commits a step with a discrete action and an observation of bytes.
     *
     * @param action the action, in the range of the field's dtype
     * @param reward the reward
     * @param nextObservation all elements
     * @param terminated as {@link #step(boolean, boolean)}
     * @param truncated as {@link #step(boolean, boolean)}
     * @return as {@link #step(boolean, boolean)}
     * @throws SchemaException if a value does not fit its field, or another field is not staged
     */
    default long step(int action, float reward, byte[] nextObservation, boolean terminated, boolean truncated) {
        field(Field.ACTION).set(action);
        field(Field.REWARD).set(reward);
        field(Field.OBSERVATION).set(nextObservation);
        return step(terminated, truncated);
    }

    /**
     * Commits many consecutive steps of this stream, all or none. Needs every column of the schema.
     *
     * <p>A row that follows the end of an episode (or comes first while none is open) begins the next one from its own
     * STATE columns; on other rows those are ignored, because the state is what the row before led to.
     *
     * @param steps the columns, of which rows 0 to count - 1 are taken
     * @param count how many steps, 1 to the columns' rows
     * @return the sequence of the last row
     * @throws SchemaException if a column is missing or differs from the schema, or a BOOL is neither 0 nor 1
     * @throws IllegalArgumentException if {@code count} is out of bounds or takes more rows than the capacity
     * @throws StreamException if the writer is closed
     * @throws MemoryClosedException if the memory is closed
     */
    long stepAll(Columns steps, int count);

    /**
     * Gives up the open episode: it has no final state, and what was appended of it stays. Does nothing if none is
     * open.
     *
     * @throws StreamException if the writer is closed
     */
    void abandon();

    /**
     * Whether an episode is open.
     *
     * @return true between {@code begin} and the step that ends the episode
     */
    boolean inEpisode();

    /** Closes the stream; an open episode is abandoned. Closing twice does nothing. */
    @Override
    void close();
}
