package io.engram.replay.onheap;

import io.engram.replay.Batch;
import io.engram.replay.Column;
import io.engram.replay.Columns;
import io.engram.replay.Field;
import io.engram.replay.Role;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.internal.priority.Weights;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch that one sampler fills. */
final class HeapBatch extends Batch {
    /** Where a column's values come from: a slot of the start row or of the end row, or a flag of the end row. */
    private record Source(ByteBuffer column, boolean ofStart, int offset, int length, int flag) {}

    private final HeapSampler sampler;
    private final long[] sequences;
    private final @Nullable Weights weights;
    private final List<Source> sources = new ArrayList<>();

    HeapBatch(HeapSampler sampler, Schema schema, Columns columns, long incarnation, @Nullable Weights weights) {
        this(sampler, schema, columns, new long[columns.rows()], incarnation, weights);
    }

    private HeapBatch(
            HeapSampler sampler,
            Schema schema,
            Columns columns,
            long[] sequences,
            long incarnation,
            @Nullable Weights weights) {
        super(columns, sequences, incarnation, weights);
        this.sampler = sampler;
        this.sequences = sequences;
        this.weights = weights;
        // No handle before the first transition.
        Arrays.fill(sequences, -1);
        PayloadLayout layout = new PayloadLayout(schema);
        columns.all().forEach(column -> sources.add(source(schema, layout, column)));
    }

    HeapSampler sampler() {
        return sampler;
    }

    /** Where probabilities and weights go, if rows are drawn by priority. */
    @Nullable
    Weights drawnWeights() {
        return weights;
    }

    /** Fills a row with the transition from one row to another. */
    void fill(int index, long start, long end, HeapRing ring) {
        HeapRing.Row startRow = ring.row(start);
        HeapRing.Row endRow = ring.row(end);
        sequences[index] = start;
        for (Source source : sources) {
            if (source.flag() != 0) {
                source.column().put(index, (byte) ((endRow.flags() & source.flag()) != 0 ? 1 : 0));
            } else {
                byte[] payload = (source.ofStart() ? startRow : endRow).payload();
                source.column().put(index * source.length(), payload, source.offset(), source.length());
            }
        }
    }

    private static Source source(Schema schema, PayloadLayout layout, Column column) {
        // A view of its own: what the user does to the position and limit of theirs must not matter.
        ByteBuffer values = column.bytes();
        String name = column.name();
        if (name.equals(Schema.TERMINATED)) {
            return new Source(values, false, 0, 1, RowFlags.TERMINATED);
        }
        if (name.equals(Schema.TRUNCATED)) {
            return new Source(values, false, 0, 1, RowFlags.TRUNCATED);
        }
        boolean next = name.startsWith(Schema.NEXT);
        Field field = schema.field(next ? name.substring(Schema.NEXT.length()) : name);
        // With arrival rows the next state is the state of the end row.
        boolean arrival = schema.rowLayout() == RowLayout.ARRIVAL;
        int offset = layout.slot(arrival ? field.name() : name).offset();
        return new Source(values, field.role() == Role.STATE && !next, offset, column.rowLength(), 0);
    }
}
