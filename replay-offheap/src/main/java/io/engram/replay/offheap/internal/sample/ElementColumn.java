package io.engram.replay.offheap.internal.sample;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.NStep;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.Windows;
import io.engram.replay.internal.BatchColumn;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.util.Objects;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/** Fills one column of a batch out of the rows of each lane's element. Immutable. */
final class ElementColumn {
    private final BatchColumn plan;
    private final long target;
    /** Bytes of a lane. */
    private final long laneLength;
    /** Bytes of one state or one step's value, not stacked. */
    private final int length;
    /** Where the field lies in the payload. */
    private final int offset;
    /** Positions of a lane. */
    private final int positions;

    private final boolean windowed;
    private final boolean backward;
    private final @Nullable RewardSum sum;

    ElementColumn(BatchColumn plan, long target, Schema schema, PayloadLayout layout, SamplerSpec spec) {
        Windows windows = spec.windows();
        NStep nStep = spec.nStep();
        this.plan = plan;
        this.target = target;
        this.laneLength = plan.type().length();
        Field field = plan.field();
        this.length = field == null ? plan.type().dtype().length() : field.length();
        this.offset = field == null ? 0 : layout.slot(field.name()).offset();
        this.windowed = windows != null;
        this.positions = windows == null ? 1 : windows.positions();
        this.backward = windows != null && windows.order() == Windows.Order.BACKWARD;
        this.sum = nStep == null ? null : new RewardSum(schema, layout, nStep);
    }

    /** Fills every lane. */
    void fill(int lanes, Elements elements) {
        if (windowed || plan.stack() > 1) {
            fillAny(lanes, elements);
            return;
        }
        // One loop a kind: what is the same for all lanes is decided once.
        switch (plan.kind()) {
            case STATE -> {
                for (int lane = 0; lane < lanes; lane++) {
                    Bytes.copy(elements.state(lane, elements.first(lane)) + offset, at(lane), length);
                }
            }
            case NEXT -> {
                for (int lane = 0; lane < lanes; lane++) {
                    int end = elements.first(lane) + elements.stepCount(lane);
                    Bytes.copy(elements.state(lane, end) + offset, at(lane), length);
                }
            }
            case STEP -> {
                for (int lane = 0; lane < lanes; lane++) {
                    Bytes.copy(elements.stepPayload(lane, elements.first(lane)) + offset, at(lane), length);
                }
            }
            case RETURN -> {
                for (int lane = 0; lane < lanes; lane++) {
                    putReturn(lane, elements, at(lane));
                }
            }
            default -> fillAny(lanes, elements);
        }
    }

    private long at(int lane) {
        return target + lane * laneLength;
    }

    private void fillAny(int lanes, Elements elements) {
        for (int lane = 0; lane < lanes; lane++) {
            fillAny(lane, elements, at(lane));
        }
    }

    private void fillAny(int lane, Elements elements, long to) {
        int first = elements.first(lane);
        int last = first + elements.stepCount(lane) - 1;
        switch (plan.kind()) {
            case STATE -> forEachStep(lane, elements, to, first);
            case NEXT, TERMINATED, TRUNCATED -> forEachStep(lane, elements, to, last);
            case STEP, VALID, BURN_IN -> forEachStep(lane, elements, to, first);
            case FIRST -> putStack(lane, elements, to, first);
            case STATES -> putStates(lane, elements, to, first, last + 1);
            case RETURN -> putReturn(lane, elements, to);
            case N_DISCOUNT -> UnsafeApi.putFloat(to, (float) requireSum().discount(lane, elements));
            case N_STEPS -> UnsafeApi.putInt(to, elements.stepCount(lane));
            case AGE_STEPS -> UnsafeApi.putLong(to, elements.age(lane));
            case AGE_MILLIS -> UnsafeApi.putLong(to, elements.millis(lane));
            case AGE_POLICY -> UnsafeApi.putLong(to, elements.policyVersionsBehind(lane));
            case BOOTSTRAP -> UnsafeApi.putByte(to, (byte) (1 - flag(lane, elements, last, RowFlags.TERMINATED)));
        }
    }

    /** Of a window every step and zeros behind them, of a transition one. */
    private void forEachStep(int lane, Elements elements, long to, int ofTransition) {
        if (!windowed) {
            put(lane, elements, to, ofTransition);
            return;
        }
        long part = laneLength / positions;
        int first = elements.first(lane);
        int steps = elements.stepCount(lane);
        for (int i = 0; i < steps; i++) {
            put(lane, elements, to + i * part, backward ? first + steps - 1 - i : first + i);
        }
        Bytes.clear(to + steps * part, (positions - steps) * part);
    }

    private void put(int lane, Elements elements, long to, int step) {
        switch (plan.kind()) {
            case STATE -> putStack(lane, elements, to, step);
            case NEXT -> putStack(lane, elements, to, step + 1);
            case STEP -> Bytes.copy(elements.stepPayload(lane, step) + offset, to, length);
            case TERMINATED -> UnsafeApi.putByte(to, flag(lane, elements, step, RowFlags.TERMINATED));
            case TRUNCATED -> UnsafeApi.putByte(to, flag(lane, elements, step, RowFlags.TRUNCATED));
            case VALID -> UnsafeApi.putByte(to, (byte) 1);
            case BURN_IN -> UnsafeApi.putByte(to, (byte) (step - elements.first(lane) < elements.burnIn(lane) ? 1 : 0));
            default -> throw new IllegalStateException("column kind=" + plan.kind() + " is not one of steps");
        }
    }

    private void putStack(int lane, Elements elements, long to, int state) {
        int stack = plan.stack();
        for (int i = 0; i < stack; i++) {
            putState(lane, elements, to + (long) i * length, state - stack + 1 + i);
        }
    }

    private void putStates(int lane, Elements elements, long to, int first, int last) {
        int low = first - plan.stack() + 1;
        for (int state = low; state <= last; state++) {
            putState(lane, elements, to + (long) (state - low) * length, state);
        }
        long filled = (long) (last - low + 1) * length;
        Bytes.clear(to + filled, laneLength - filled);
    }

    private void putState(int lane, Elements elements, long to, int state) {
        long from = elements.state(lane, state);
        if (from == 0 && plan.repeatFirst()) {
            from = elements.firstState(lane);
        }
        if (from == 0) {
            Bytes.clear(to, length);
        } else {
            Bytes.copy(from + offset, to, length);
        }
    }

    private void putReturn(int lane, Elements elements, long to) {
        double value = requireSum().reward(lane, elements);
        if (plan.type().dtype() == DType.F32) {
            UnsafeApi.putFloat(to, (float) value);
        } else {
            UnsafeApi.putDouble(to, value);
        }
    }

    private RewardSum requireSum() {
        return Objects.requireNonNull(sum);
    }

    private static byte flag(int lane, Elements elements, int step, int flag) {
        return (byte) ((Stamp.flags(elements.stepStamp(lane, step)) & flag) != 0 ? 1 : 0);
    }
}
