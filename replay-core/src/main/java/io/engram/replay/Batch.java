package io.engram.replay;

import io.engram.replay.internal.priority.Weights;
import java.nio.ByteBuffer;
import java.util.List;
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
     * long as the memory's incarnation lasts.
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
