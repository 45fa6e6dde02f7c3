package io.engram.replay;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.List;

/**
 * One field of many rows: a contiguous block of direct memory of shape [rows, ...shape], C order, native byte order.
 *
 * <p>The buffers are views of the same memory for the life of the column; use absolute access, or a
 * {@code duplicate()}. No thread safety of its own.
 */
public final class Column {
    private final String name;
    private final DType dtype;
    private final List<Integer> shape;
    private final int rows;
    private final int rowLength;
    private final ByteBuffer buffer;

    Column(String name, DType dtype, List<Integer> shape, int rows, ByteBuffer buffer) {
        this.name = name;
        this.dtype = dtype;
        this.shape = shape;
        this.rows = rows;
        this.rowLength = buffer.capacity() / rows;
        this.buffer = buffer;
    }

    /**
     * The column's name, such as {@code observation}, {@code next/observation} or {@code terminated}.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The type of the elements.
     *
     * @return the dtype
     */
    public DType dtype() {
        return dtype;
    }

    /**
     * The shape of one row's value.
     *
     * @return the dimensions, empty for a scalar
     */
    public List<Integer> shape() {
        return shape;
    }

    /**
     * The number of rows.
     *
     * @return at least 1
     */
    public int rows() {
        return rows;
    }

    /**
     * The length of one row's value.
     *
     * @return bytes
     */
    public int rowLength() {
        return rowLength;
    }

    /**
     * The memory itself.
     *
     * @return a direct buffer of rows x rowLength bytes, position 0, native order, its address a multiple of 64
     */
    public ByteBuffer buffer() {
        return buffer;
    }

    /**
     * The memory as floats.
     *
     * @return a new view, for F32
     * @throws SchemaException if the dtype is another
     */
    public FloatBuffer floats() {
        check(dtype == DType.F32, "floats");
        return view().asFloatBuffer();
    }

    /**
     * The memory as doubles.
     *
     * @return a new view, for F64
     * @throws SchemaException if the dtype is another
     */
    public DoubleBuffer doubles() {
        check(dtype == DType.F64, "doubles");
        return view().asDoubleBuffer();
    }

    /**
     * The memory as shorts.
     *
     * @return a new view, for I16
     * @throws SchemaException if the dtype is another
     */
    public ShortBuffer shorts() {
        check(dtype == DType.I16, "shorts");
        return view().asShortBuffer();
    }

    /**
     * The memory as ints.
     *
     * @return a new view, for I32
     * @throws SchemaException if the dtype is another
     */
    public IntBuffer ints() {
        check(dtype == DType.I32, "ints");
        return view().asIntBuffer();
    }

    /**
     * The memory as longs.
     *
     * @return a new view, for I64
     * @throws SchemaException if the dtype is another
     */
    public LongBuffer longs() {
        check(dtype == DType.I64, "longs");
        return view().asLongBuffer();
    }

    /**
     * The memory as bytes, of any dtype.
     *
     * @return a new view with its own position
     */
    public ByteBuffer bytes() {
        return view();
    }

    private ByteBuffer view() {
        ByteBuffer view = buffer.duplicate().order(ByteOrder.nativeOrder());
        view.clear();
        return view;
    }

    private void check(boolean matches, String view) {
        if (!matches) {
            throw new SchemaException("column '" + name + "' has no view of " + view + ": dtype=" + dtype.text());
        }
    }
}
