package io.engram.replay.internal;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.Role;
import io.engram.replay.Schema;
import io.engram.replay.SchemaException;
import io.engram.replay.StagedField;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** The payload of the row that a writer will commit, and which fields of it are set. For the writer's thread. */
public final class StagedRow {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle FLOATS =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle DOUBLES =
            MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int NO_REWARD = -1;
    /** Below this a loop over words is faster than a call. */
    private static final int SMALL = 128;

    private final Schema schema;
    private final PayloadLayout layout;
    private final byte[] image;
    private final int headerLength;
    private final StagedValue[] values;
    private final StagedFields staged;
    private final int rewardOffset;
    private final boolean wideReward;

    /**
     * An empty row.
     *
     * @param schema the fields
     * @param layout where they lie
     */
    public StagedRow(Schema schema, PayloadLayout layout) {
        this(schema, layout, 0);
    }

    /**
     * An empty row with room for a header before the payload.
     *
     * @param schema the fields
     * @param layout where they lie
     * @param headerLength bytes, a multiple of 8
     */
    public StagedRow(Schema schema, PayloadLayout layout, int headerLength) {
        this.schema = schema;
        this.layout = layout;
        this.headerLength = headerLength;
        this.image = new byte[headerLength + layout.length()];
        PayloadLayout.Slot reward = layout.reward();
        this.rewardOffset = reward == null ? NO_REWARD : headerLength + reward.offset();
        this.wideReward = reward != null && reward.field().dtype() == DType.F64;
        List<Field> fields = schema.fields();
        this.values = new StagedValue[fields.size()];
        this.staged = new StagedFields(fields);
        for (int i = 0; i < values.length; i++) {
            Field field = fields.get(i);
            // A state is always staged where the state that a step leads to lies; begin moves it.
            int offset = headerLength
                    + layout.slot(field.name()).offset()
                    + (field.role() == Role.STATE ? layout.nextOffset() : 0);
            values[i] = new StagedValue(field, image, offset, staged, i);
        }
    }

    /**
     * Where the values lie.
     *
     * @return the layout
     */
    public PayloadLayout layout() {
        return layout;
    }

    /**
     * The bytes of the row: the header's room, then the payload.
     *
     * @return the array itself
     */
    public byte[] image() {
        return image;
    }

    /** The sum of no rewards. */
    double noReward() {
        return rewardOffset == NO_REWARD ? Double.NaN : 0;
    }

    /** The staged reward, NaN if there is no field for it. */
    double reward() {
        if (rewardOffset == NO_REWARD) {
            return Double.NaN;
        }
        return wideReward ? (double) DOUBLES.get(image, rewardOffset) : (float) FLOATS.get(image, rewardOffset);
    }

    StagedField field(String name) {
        return values[schema.indexOf(name)];
    }

    /** The staging place of the field at that index of the schema. */
    StagedValue value(int index) {
        return values[index];
    }

    /** Throws unless every field of the role was set since the last commit. */
    void requireStaged(Role role, String commit) {
        if (!staged.isComplete(role)) {
            throw missing(role, commit);
        }
    }

    private SchemaException missing(Role role, String commit) {
        for (int i = 0; i < values.length; i++) {
            if (!staged.isStaged(i) && values[i].field().role() == role) {
                return new SchemaException("field '" + values[i].field().name() + "' is not staged for this " + commit
                        + "; set every " + role + " field before each " + commit);
            }
        }
        throw new IllegalStateException("a " + role + " field was counted as missing that is staged");
    }

    void clearStaged() {
        staged.clear();
    }

    /** The state that the last step led to becomes the state that the next one starts from. */
    void promoteNextState() {
        int from = headerLength + layout.nextOffset();
        int length = layout.stateLength();
        if (length <= SMALL) {
            for (int i = 0; i < length; i += Long.BYTES) {
                LONGS.set(image, headerLength + i, (long) LONGS.get(image, from + i));
            }
        } else {
            System.arraycopy(image, from, image, headerLength, length);
        }
    }

    /** The state that the next step starts from; also for other threads, who check that it did not change. */
    byte[] state() {
        return Arrays.copyOfRange(image, headerLength, headerLength + layout.stateLength());
    }

    /** Puts a state where the next step starts from, if there is one. */
    void putState(byte[] state) {
        System.arraycopy(state, 0, image, headerLength, state.length);
    }

    /** A first row has no step: zeros, not what an earlier step left. */
    void clearSteps() {
        Arrays.fill(image, headerLength + layout.stateLength(), image.length, (byte) 0);
    }
}
