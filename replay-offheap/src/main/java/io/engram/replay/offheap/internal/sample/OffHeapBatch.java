package io.engram.replay.offheap.internal.sample;

import io.engram.replay.Batch;
import io.engram.replay.Column;
import io.engram.replay.Columns;
import io.engram.replay.Role;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.priority.Weights;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.agrona.BufferUtil;
import org.jspecify.annotations.Nullable;

/** A batch that knows where its columns lie in memory and where their values lie in rows. */
final class OffHeapBatch extends Batch {
    private static final long NO_COLUMN = 0;

    private final RingSampler owner;
    private final long[] sequences;
    private final @Nullable Weights weights;
    private final ColumnCopy[] copies;
    private final ElementColumn[] elementColumns;
    private final long terminatedAddress;
    private final long truncatedAddress;

    OffHeapBatch(RingSampler owner, BatchPlan plan, long incarnation, @Nullable Weights weights) {
        this(owner, plan, new long[plan.columns().rows()], incarnation, weights);
    }

    private OffHeapBatch(
            RingSampler owner, BatchPlan plan, long[] sequences, long incarnation, @Nullable Weights weights) {
        super(plan.columns(), sequences, incarnation, weights);
        this.owner = owner;
        this.sequences = sequences;
        this.weights = weights;
        forget();
        this.elementColumns = plan.hasElements() ? elementColumns(plan) : new ElementColumn[0];
        this.copies = plan.hasElements() ? new ColumnCopy[0] : copies(plan);
        this.terminatedAddress = address(plan.columns(), Schema.TERMINATED);
        this.truncatedAddress = address(plan.columns(), Schema.TRUNCATED);
        for (int row = 0; row < sequences.length; row++) {
            setSteps(row, 1, 0);
        }
    }

    /** For transitions of one step: column by column out of the rows. */
    private static ColumnCopy[] copies(BatchPlan plan) {
        Schema schema = plan.schema();
        PayloadLayout layout = plan.layout();
        boolean arrival = schema.rowLayout() == RowLayout.ARRIVAL;
        List<ColumnCopy> planned = new ArrayList<>();
        for (Column column : plan.columns().all()) {
            String name = column.name();
            if (!name.equals(Schema.TERMINATED) && !name.equals(Schema.TRUNCATED)) {
                boolean next = name.startsWith(Schema.NEXT);
                // With arrival rows the next state is the state of the row that the transition leads to.
                String slot = next && arrival ? name.substring(Schema.NEXT.length()) : name;
                boolean state = schema.contains(name) && schema.field(name).role() == Role.STATE;
                planned.add(new ColumnCopy(
                        BufferUtil.address(column.buffer()),
                        RowDescriptor.HEADER_LENGTH + layout.slot(slot).offset(),
                        column.rowLength(),
                        state));
            }
        }
        return planned.toArray(ColumnCopy[]::new);
    }

    private static ElementColumn[] elementColumns(BatchPlan plan) {
        return plan.batchColumns().stream()
                .map(column -> new ElementColumn(
                        column,
                        BufferUtil.address(plan.columns().column(column.name()).buffer()),
                        plan.schema(),
                        plan.layout(),
                        plan.spec()))
                .toArray(ElementColumn[]::new);
    }

    /** How elements of more than one step are filled; none of transitions. */
    ElementColumn[] elementColumns() {
        return elementColumns;
    }

    void filled(long head) {
        filledAt(head);
    }

    void filled(int lane, int steps, int burnIn) {
        setSteps(lane, steps, burnIn);
    }

    RingSampler owner() {
        return owner;
    }

    long[] sequences() {
        return sequences;
    }

    /** Where probabilities and importance weights go, in the batch of a prioritized sampler. */
    Weights drawnWeights() {
        return Objects.requireNonNull(weights);
    }

    /** Makes every handle stale: the batch holds nothing. */
    void forget() {
        Arrays.fill(sequences, DrawnRows.NONE);
    }

    ColumnCopy[] copies() {
        return copies;
    }

    /** The address of the terminated column, or 0 if it was not asked for. */
    long terminatedAddress() {
        return terminatedAddress;
    }

    /** The address of the truncated column, or 0 if it was not asked for. */
    long truncatedAddress() {
        return truncatedAddress;
    }

    private static long address(Columns columns, String name) {
        return columns.contains(name) ? BufferUtil.address(columns.column(name).buffer()) : NO_COLUMN;
    }
}
