package io.engram.replay;

import java.util.List;

/**
 * What a sampler fills: {@link #size()} transitions by column, and a handle for each. Allocated once and filled again
 * and again; its contents are valid until the next sample into it. For one thread at a time.
 */
public class Batch {
    private final Columns columns;
    private final long[] sequences;
    private final long incarnation;

    /**
     * For implementations of {@link Sampler}.
     *
     * @param columns where values go
     * @param sequences where handles go, one a row
     * @param incarnation the incarnation of the memory that fills this batch
     */
    protected Batch(Columns columns, long[] sequences, long incarnation) {
        this.columns = columns;
        this.sequences = sequences;
        this.incarnation = incarnation;
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
     * The columns' names.
     *
     * @return in order
     */
    public final List<String> names() {
        return columns.all().stream().map(Column::name).toList();
    }
}
