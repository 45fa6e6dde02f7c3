package io.engram.replay;

import io.engram.replay.internal.priority.Weights;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a sampler fills: {@link #size()} transitions by column, and a handle for each. Allocated once and filled again
 * and again; its contents are valid until the next sample into it. For one thread at a time.
 */
public class Batch {
    private final Columns columns;
    private final long[] sequences;
    private final long incarnation;
    private final @Nullable Weights weights;
    private final int[] steps;
    private final int[] burnIn;
    private long head;

    /**
     * For implementations of {@link Sampler}.
     *
     * @param columns where values go
     * @param sequences where handles go, one a row
     * @param incarnation the incarnation of the memory that fills this batch
     * @param weights where probabilities and importance weights go; null if rows are drawn uniformly
     */
    protected Batch(Columns columns, long[] sequences, long incarnation, @Nullable Weights weights) {
        this.columns = columns;
        this.sequences = sequences;
        this.incarnation = incarnation;
        this.weights = weights;
        this.steps = new int[sequences.length];
        this.burnIn = new int[sequences.length];
    }

    /**
     * The number of transitions.
     *
     * @return at least 1
     */
    public final int size() {
        return columns.rows();
    }

    /**
     * For implementations of {@link Sampler}: says when the batch was filled.
     *
     * @param atHead the sequence of the next row to be appended then
     */
    protected final void filledAt(long atHead) {
        head = atHead;
    }

    /**
     * For implementations of {@link Sampler}: says how many steps an element has.
     *
     * @param row 0 to size - 1
     * @param all steps, burn-in included
     * @param before learning
     */
    protected final void setSteps(int row, int all, int before) {
        steps[row] = all;
        burnIn[row] = before;
    }

    /**
     * How many steps an element has: of a transition 1, over n steps those that it bridges, of a window its steps
     * including burn-in, which come first in the order of time.
     *
     * @param row 0 to size - 1
     * @return at least 1
     */
    public final int steps(int row) {
        return steps[row];
    }

    /**
     * How many of an element's steps are burn-in.
     *
     * @param row 0 to size - 1
     * @return at least 0
     */
    public final int burnIn(int row) {
        return burnIn[row];
    }

    /**
     * How many rows had been appended to the memory, when the batch was filled, after the one that a transition or
     * window is known by, {@link #sequence}.
     *
     * @param row 0 to size - 1
     * @return at least 0
     */
    public final long age(int row) {
        return head - 1 - sequences[row];
    }

    /**
     * How old the batch is, in rows.
     *
     * @return the distribution of {@link #age}
     */
    public final AgeDistribution ages() {
        return AgeDistribution.of(
                IntStream.range(0, size()).mapToLong(this::age).toArray());
    }

    /**
     * All values by column.
     *
     * @return the columns that the sampler's spec asked for
     */
    public final Columns columns() {
        return columns;
    }

    /**
     * The column of that name, such as {@code observation} or {@code next/observation}.
     *
     * @param name the exact name
     * @return the column
     * @throws SchemaException if the spec did not ask for it or the schema has none
     */
    public final Column column(String name) {
        return columns.column(name);
    }

    /**
     * The sequence of the row that a transition starts from (with self-contained rows, of its only row): its key for as
     * long as the memory's incarnation lasts. A window's is that of the step at which it would begin were it not
     * shifted back, without burn-in.
     *
     * @param row 0 to size - 1
     * @return at least 0
     */
    public final long sequence(int row) {
        return sequences[row];
    }

    /**
     * The incarnation of the memory that the handles belong to. A memory has a new one each time it is opened.
     *
     * @return any value
     */
    public final long incarnation() {
        return incarnation;
    }

    /**
     * The probability with which each place of a batch draws this transition: its mass over the total mass.
     *
     * @param row 0 to size - 1
     * @return above 0, at most 1
     * @throws IllegalStateException if the batch was drawn uniformly
     */
    public final double probability(int row) {
        return requireWeights().probabilities()[row];
    }

    /**
     * The importance weight of a transition, by which its loss is to be multiplied.
     *
     * @param row 0 to size - 1
     * @return at least 0
     * @throws IllegalStateException if the batch was drawn uniformly
     */
    public final float weight(int row) {
        return requireWeights().column().get(row);
    }

    /**
     * All importance weights, as direct memory like a column's: f32, one a row, native byte order. The same buffer for
     * the life of the batch; use absolute access.
     *
     * @return the buffer itself
     * @throws IllegalStateException if the batch was drawn uniformly
     */
    public final ByteBuffer weights() {
        return requireWeights().bytes();
    }

    private Weights requireWeights() {
        if (weights == null) {
            throw new IllegalStateException("a batch drawn uniformly has no probabilities and importance weights;"
                    + " use SamplerSpec.prioritized");
        }
        return weights;
    }

    /**
     * The columns' names.
     *
     * @return in order
     */
    public final List<String> names() {
        return columns.all().stream().map(Column::name).toList();
    }
}
