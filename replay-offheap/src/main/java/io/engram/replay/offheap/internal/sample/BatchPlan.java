package io.engram.replay.offheap.internal.sample;

import io.engram.replay.Columns;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.internal.BatchColumn;
import io.engram.replay.internal.PayloadLayout;
import java.util.List;

/**
 * What a batch is made from. Immutable.
 *
 * @param schema the fields
 * @param layout where they lie in a row
 * @param spec of the sampler
 * @param batchColumns what is delivered
 * @param columns where it goes
 */
record BatchPlan(
        Schema schema, PayloadLayout layout, SamplerSpec spec, List<BatchColumn> batchColumns, Columns columns) {
    static BatchPlan of(Schema schema, PayloadLayout layout, SamplerSpec spec) {
        List<BatchColumn> batchColumns =
                BatchColumn.of(schema, spec.columns(), spec.nStep(), spec.stacks(), spec.windows());
        Columns columns =
                Columns.allocate(batchColumns.stream().map(BatchColumn::type).toList(), spec.batchSize());
        return new BatchPlan(schema, layout, spec, batchColumns, columns);
    }

    boolean hasElements() {
        return Elements.areNeeded(spec);
    }
}
