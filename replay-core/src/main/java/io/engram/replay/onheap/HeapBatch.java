package io.engram.replay.onheap;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.NStep;
import io.engram.replay.Schema;
import io.engram.replay.Windows;
import io.engram.replay.internal.BatchColumn;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.internal.priority.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A batch that one sampler fills, column by column from the definitions. */
final class HeapBatch extends Batch {
    private final HeapSampler sampler;
    private final Schema schema;
    private final PayloadLayout layout;
    private final List<BatchColumn> plan;
    private final @Nullable Windows windows;
    private final long[] sequences;
    private final @Nullable Weights weights;

    HeapBatch(HeapSampler sampler, Schema schema, List<BatchColumn> plan, long incarnation) {
        this(sampler, schema, plan, new long[sampler.spec().batchSize()], incarnation);
    }

    private HeapBatch(HeapSampler sampler, Schema schema, List<BatchColumn> plan, long[] sequences, long incarnation) {
        this(
                sampler,
                schema,
                plan,
                sequences,
                incarnation,
                sampler.spec().prioritization() == null ? null : new Weights(sequences.length));
    }

    private HeapBatch(
            HeapSampler sampler,
            Schema schema,
            List<BatchColumn> plan,
            long[] sequences,
            long incarnation,
            @Nullable Weights weights) {
        super(
                Columns.allocate(plan.stream().map(BatchColumn::type).toList(), sequences.length),
                sequences,
                incarnation,
                weights);
        this.sampler = sampler;
        this.schema = schema;
        this.layout = new PayloadLayout(schema);
        this.plan = plan;
        this.windows = sampler.spec().windows();
        this.sequences = sequences;
        this.weights = weights;
        // No handle before the first transition.
        Arrays.fill(sequences, -1);
    }

    HeapSampler sampler() {
        return sampler;
    }

    /** Where probabilities and weights go, if rows are drawn by priority. */
    @Nullable
    Weights drawnWeights() {
        return weights;
    }

    void filled(long head) {
        filledAt(head);
    }

    /** Fills a place of the batch. */
    void fill(int index, HeapElement element, @Nullable NStep nStep, HeapRing ring) {
        sequences[index] = element.key();
        setSteps(index, element.steps(), element.burnIn());
        for (BatchColumn column : plan) {
            // A view of its own: what the user does to the position and limit of theirs must not matter.
            ByteBuffer all = column(column.name()).bytes();
            int length = column.type().length();
            ByteBuffer target = all.slice(index * length, length).order(ByteOrder.nativeOrder());
            new Filling(ring, element, nStep, column, target).fill();
        }
    }

    /** Filling one column of one place. */
    private final class Filling {
        private final HeapRing ring;
        private final HeapElement element;
        private final @Nullable NStep nStep;
        private final BatchColumn column;
        private final ByteBuffer target;

        Filling(HeapRing ring, HeapElement element, @Nullable NStep nStep, BatchColumn column, ByteBuffer target) {
            this.ring = ring;
            this.element = element;
            this.nStep = nStep;
            this.column = column;
            this.target = target;
        }

        void fill() {
            int last = element.first() + element.steps() - 1;
            switch (column.kind()) {
                case STATE -> forEachStep(element.first(), (step, at) -> putStack(step, at));
                case NEXT -> forEachStep(last, (step, at) -> putStack(step + 1, at));
                case FIRST -> putStack(element.first(), target);
                case STATES -> putStates();
                case STEP -> forEachStep(element.first(), this::putField);
                case TERMINATED -> forEachStep(last, (step, at) -> at.put(0, flag(step, RowFlags.TERMINATED)));
                case TRUNCATED -> forEachStep(last, (step, at) -> at.put(0, flag(step, RowFlags.TRUNCATED)));
                case VALID -> forEachStep(0, (step, at) -> at.put(0, (byte) 1));
                case BURN_IN ->
                    forEachStep(0, (step, at) -> at.put(0, (byte) (step < element.first() + element.burnIn() ? 1 : 0)));
                case RETURN, N_DISCOUNT -> putReturn();
                case AGE_STEPS -> target.putLong(0, ring.head() - 1 - element.key());
                case AGE_MILLIS ->
                    target.putLong(
                            0, Math.max(0, ring.now() - ring.row(element.key()).millis()));
                case AGE_POLICY -> target.putLong(0, element.policyVersionsBehind(ring));
                case N_STEPS -> target.putInt(0, element.steps());
                case BOOTSTRAP -> target.put(0, (byte) (1 - flag(last, RowFlags.TERMINATED)));
            }
        }

        /** Gives each step of a window its part of the column, zeros the rest; of a transition there is one step. */
        private void forEachStep(int ofTransition, Putter putter) {
            if (windows == null) {
                putter.put(ofTransition, target);
                return;
            }
            int length = column.type().length() / windows.positions();
            for (int position = 0; position < windows.positions(); position++) {
                ByteBuffer part = target.slice(position * length, length).order(ByteOrder.nativeOrder());
                boolean forward = windows.order() == Windows.Order.FORWARD;
                int offset = forward ? position : element.steps() - 1 - position;
                if (offset >= 0 && offset < element.steps()) {
                    putter.put(element.first() + offset, part);
                } else {
                    part.put(new byte[length]);
                }
            }
        }

        private void putStack(int state, ByteBuffer at) {
            for (int i = 0; i < column.stack(); i++) {
                putState(state - column.stack() + 1 + i, at, i);
            }
        }

        private void putStates() {
            int before = column.stack() - 1;
            int count = column.type().shape().get(0);
            for (int i = 0; i < count; i++) {
                int state = element.first() - before + i;
                if (state <= element.first() + element.steps()) {
                    putState(state, target, i);
                } else {
                    zero(target, i);
                }
            }
        }

        private void putState(int state, ByteBuffer at, int index) {
            Field field = Objects.requireNonNull(column.field());
            if (state < 0 && !column.repeatFirst()) {
                zero(at, index);
            } else {
                HeapEpisode.State from = element.episode().state(ring, layout, Math.max(0, state), field.name());
                at.put(index * field.length(), from.payload(), from.offset(), field.length());
            }
        }

        private void zero(ByteBuffer at, int index) {
            int length = Objects.requireNonNull(column.field()).length();
            at.put(index * length, new byte[length]);
        }

        private void putField(int step, ByteBuffer at) {
            Field field = Objects.requireNonNull(column.field());
            byte[] payload = element.episode().stepRow(ring, step).payload();
            at.put(0, payload, layout.slot(field.name()).offset(), field.length());
        }

        private byte flag(int step, int flag) {
            return (byte) ((element.episode().stepRow(ring, step).flags() & flag) != 0 ? 1 : 0);
        }

        private void putReturn() {
            NStep how = Objects.requireNonNull(nStep);
            Field discount = NStep.discountField(schema);
            double factor = 1;
            double sum = 0;
            for (int i = 0; i < element.steps(); i++) {
                int step = element.first() + i;
                sum += factor * value(step, schema.field(how.reward()));
                factor *= how.gamma() * (discount == null ? 1 : value(step, discount));
            }
            if (column.kind() == BatchColumn.Kind.N_DISCOUNT) {
                target.putFloat(0, (float) factor);
            } else if (column.type().dtype() == DType.F32) {
                target.putFloat(0, (float) sum);
            } else {
                target.putDouble(0, sum);
            }
        }

        private double value(int step, Field field) {
            ByteBuffer payload = ByteBuffer.wrap(
                            element.episode().stepRow(ring, step).payload())
                    .order(ByteOrder.LITTLE_ENDIAN);
            int offset = layout.slot(field.name()).offset();
            return field.dtype() == DType.F32 ? payload.getFloat(offset) : payload.getDouble(offset);
        }
    }

    /** Puts what belongs to a step. */
    private interface Putter {
        void put(int step, ByteBuffer at);
    }
}
