package io.engram.replay;

import org.agrona.DirectBuffer;

/**
 * Where a writer stages the next value of one field. Each method throws {@link SchemaException}, and stages nothing, if
 * the value does not fit the field's dtype and number of elements. For the writer's thread.
 */
public interface StagedField {
    /**
     * The field.
     *
     * @return as in the schema
     */
    Field field();

    /**
     * Stages a scalar F32 or F64.
     *
     * @param value any value
     */
    void set(float value);

    /**
     * Stages a scalar F64.
     *
     * @param value any value
     */
    void set(double value);

    /**
     * Stages a scalar of any integer dtype.
     *
     * @param value in the dtype's range
     */
    void set(int value);

    /**
     * Stages a scalar of any integer dtype.
     *
     * @param value in the dtype's range
     */
    void set(long value);

    /**
     * Stages a scalar BOOL.
     *
     * @param value the value
     */
    void set(boolean value);

    /**
     * Stages all elements of an F32 field.
     *
     * @param values in C order
     */
    void set(float[] values);

    /**
     * Stages all elements of an F64 field.
     *
     * @param values in C order
     */
    void set(double[] values);

    /**
     * Stages all elements of a U8, I8 or BOOL field.
     *
     * @param values in C order; 0 or 1 for BOOL
     */
    void set(byte[] values);

    /**
     * Stages all elements of an I16 field.
     *
     * @param values in C order
     */
    void set(short[] values);

    /**
     * Stages all elements of an I32 field.
     *
     * @param values in C order
     */
    void set(int[] values);

    /**
     * Stages all elements of an I64 field.
     *
     * @param values in C order
     */
    void set(long[] values);

    /**
     * Stages all elements of a BOOL field.
     *
     * @param values in C order
     */
    void set(boolean[] values);

    /**
     * Stages all elements of any field from raw little-endian bytes.
     *
     * @param source where the bytes are
     * @param index of the first of the field's {@link Field#length()} bytes
     * @throws IndexOutOfBoundsException if the source is too short
     */
    void set(DirectBuffer source, int index);
}
