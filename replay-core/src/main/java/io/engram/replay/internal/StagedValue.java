package io.engram.replay.internal;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.SchemaException;
import io.engram.replay.StagedField;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/** One field of a {@link StagedRow}: checks a value against dtype and shape, then writes it into the payload. */
final class StagedValue implements StagedField {
    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);
    private static final VarHandle FLOATS = view(float[].class);
    private static final VarHandle DOUBLES = view(double[].class);

    private final Field field;
    private final DType dtype;
    private final int elements;
    private final int length;
    private final byte[] payload;
    private final int offset;
    private final StagedFields staged;
    private final int index;

    StagedValue(Field field, byte[] payload, int offset, StagedFields staged, int index) {
        this.field = field;
        this.dtype = field.dtype();
        this.elements = field.elements();
        this.length = field.length();
        this.payload = payload;
        this.offset = offset;
        this.staged = staged;
        this.index = index;
    }

    @Override
    public Field field() {
        return field;
    }

    @Override
    public void set(float value) {
        if (dtype == DType.F32) {
            check(elements == 1, "float", 1);
            FLOATS.set(payload, offset, value);
            staged.mark(index);
        } else {
            set((double) value);
        }
    }

    @Override
    public void set(double value) {
        check(dtype == DType.F64 && elements == 1, "double", 1);
        DOUBLES.set(payload, offset, value);
        staged.mark(index);
    }

    @Override
    public void set(int value) {
        if (dtype == DType.I32) {
            check(elements == 1, "int", 1);
            INTS.set(payload, offset, value);
            staged.mark(index);
        } else {
            set((long) value);
        }
    }

    @Override
    public void set(long value) {
        check(isInteger() && elements == 1, "integer", 1);
        long min = dtype == DType.U8 ? 0 : -1L << (dtype.length() * Byte.SIZE - 1);
        long max = dtype == DType.U8 ? 255 : ~min;
        if (value < min || value > max) {
            throw new SchemaException("field '" + field.name() + "' cannot hold value=" + value + ": dtype="
                    + dtype.text() + ", expected " + min + " to " + max);
        }
        switch (dtype) {
            case I16 -> SHORTS.set(payload, offset, (short) value);
            case I32 -> INTS.set(payload, offset, (int) value);
            case I64 -> LONGS.set(payload, offset, value);
            default -> payload[offset] = (byte) value;
        }
        staged.mark(index);
    }

    @Override
    public void set(boolean value) {
        check(dtype == DType.BOOL && elements == 1, "boolean", 1);
        payload[offset] = (byte) (value ? 1 : 0);
        staged.mark(index);
    }

    @Override
    public void set(float[] values) {
        check(dtype == DType.F32 && values.length == elements, "float[]", values.length);
        for (int i = 0; i < values.length; i++) {
            FLOATS.set(payload, offset + i * Float.BYTES, values[i]);
        }
        staged.mark(index);
    }

    @Override
    public void set(double[] values) {
        check(dtype == DType.F64 && values.length == elements, "double[]", values.length);
        for (int i = 0; i < values.length; i++) {
            DOUBLES.set(payload, offset + i * Double.BYTES, values[i]);
        }
        staged.mark(index);
    }

    @Override
    public void set(byte[] values) {
        check(dtype.length() == 1 && values.length == elements, "byte[]", values.length);
        if (dtype == DType.BOOL) {
            for (int i = 0; i < values.length; i++) {
                checkBoolean(values[i], i);
            }
        }
        System.arraycopy(values, 0, payload, offset, values.length);
        staged.mark(index);
    }

    @Override
    public void set(short[] values) {
        check(dtype == DType.I16 && values.length == elements, "short[]", values.length);
        for (int i = 0; i < values.length; i++) {
            SHORTS.set(payload, offset + i * Short.BYTES, values[i]);
        }
        staged.mark(index);
    }

    @Override
    public void set(int[] values) {
        check(dtype == DType.I32 && values.length == elements, "int[]", values.length);
        for (int i = 0; i < values.length; i++) {
            INTS.set(payload, offset + i * Integer.BYTES, values[i]);
        }
        staged.mark(index);
    }

    @Override
    public void set(long[] values) {
        check(dtype == DType.I64 && values.length == elements, "long[]", values.length);
        for (int i = 0; i < values.length; i++) {
            LONGS.set(payload, offset + i * Long.BYTES, values[i]);
        }
        staged.mark(index);
    }

    @Override
    public void set(boolean[] values) {
        check(dtype == DType.BOOL && values.length == elements, "boolean[]", values.length);
        for (int i = 0; i < values.length; i++) {
            payload[offset + i] = (byte) (values[i] ? 1 : 0);
        }
        staged.mark(index);
    }

    @Override
    public void set(DirectBuffer source, int sourceIndex) {
        source.boundsCheck(sourceIndex, length);
        if (dtype == DType.BOOL) {
            for (int i = 0; i < length; i++) {
                checkBoolean(source.getByte(sourceIndex + i), i);
            }
        }
        source.getBytes(sourceIndex, payload, offset, length);
        staged.mark(index);
    }

    /** Copies one row of a column whose dtype and length are known to match. */
    void copyFrom(ByteBuffer column, int row) {
        int from = row * length;
        if (length == Integer.BYTES) {
            INTS.set(payload, offset, column.getInt(from));
        } else if (length <= 64 && (length & 7) == 0 && (offset & 7) == 0) {
            for (int i = 0; i < length; i += Long.BYTES) {
                LONGS.set(payload, offset + i, column.getLong(from + i));
            }
        } else {
            column.get(from, payload, offset, length);
        }
    }

    private boolean isInteger() {
        return switch (dtype) {
            case I8, I16, I32, I64, U8 -> true;
            case F32, F64, BOOL -> false;
        };
    }

    private void checkBoolean(byte value, int element) {
        if ((value & ~1) != 0) {
            throw new SchemaException("field '" + field.name() + "' cannot hold value=" + value + " at element "
                    + element + ": dtype=bool, expected 0 or 1");
        }
    }

    private void check(boolean fits, String given, int givenElements) {
        if (!fits) {
            throw new SchemaException("field '" + field.name() + "' takes " + elements + " elements of " + dtype.text()
                    + " (shape=" + field.shape() + "), given: " + given + " of " + givenElements);
        }
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }
}
