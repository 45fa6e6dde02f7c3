package io.engram.replay.offheap.exchange;

import io.engram.replay.DType;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the elements of a {@code .npy} file: magic, version 1.0 or 2.0, the header's length (u16 or u32),
 * a Python dictionary, spaces up to a multiple of 64. Immutable.
 *
 * @param elements the first dimension
 * @param type of an element if it has one column, its shape being the other dimensions; else null
 * @param columns of an element of a structured dtype, by name; {@code offset} counts from the element's begin
 * @param stride bytes of an element
 */
record NpyHeader(long elements, @Nullable RecordColumn type, Map<String, RecordColumn> columns, int stride) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final int SHORT_LIMIT = 1 << 16;
    private static final int MAX_LENGTH = 16 << 20;
    /** So that no length overflows. */
    private static final long MAX_DIMENSION = 1L << 40;

    /** Of a structured dtype, as long for every count up to {@code most}. */
    static byte[] structured(List<RecordColumn> columns, long count, long most) {
        String descr = columns.stream()
                .map(column -> "('" + column.name() + "', '" + column.numpyType() + "'"
                        + (column.shape().isEmpty() ? "" : ", " + RecordColumn.tuple(column.shape())) + ")")
                .collect(Collectors.joining(", ", "[", "]"));
        return encode(descr, List.of(count), List.of(most));
    }

    /** Of one column. */
    static byte[] of(RecordColumn column, long count) {
        List<Long> shape = new ArrayList<>(List.of(count));
        column.shape().forEach(dimension -> shape.add((long) dimension));
        return encode("'" + column.numpyType() + "'", shape, shape);
    }

    private static byte[] encode(String descr, List<Long> shape, List<Long> longest) {
        int room = text(descr, longest).length() + 1;
        boolean brief = MAGIC.length + 4 + room + ALIGNMENT < SHORT_LIMIT;
        int start = MAGIC.length + 2 + (brief ? Short.BYTES : Integer.BYTES);
        int length = (start + room + ALIGNMENT - 1) & -ALIGNMENT;
        String text = text(descr, shape);
        text += " ".repeat(length - start - text.length() - 1) + "\n";
        ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).put((byte) (brief ? 1 : 2)).put((byte) 0);
        if (brief) {
            header.putShort((short) (length - start));
        } else {
            header.putInt(length - start);
        }
        return header.put(text.getBytes(StandardCharsets.ISO_8859_1)).array();
    }

    private static String text(String descr, List<Long> shape) {
        return "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + RecordColumn.tuple(shape) + ", }";
    }

    /**
     * Reads a header; the stream is at the first element then.
     *
     * @param name of the file, for messages
     */
    static NpyHeader read(InputStream in, String name) throws IOException {
        try {
            byte[] start = exactly(in, MAGIC.length + 2);
            for (int i = 0; i < MAGIC.length; i++) {
                if (start[i] != MAGIC[i]) {
                    throw new ExchangeException(
                            "not a NumPy file: file=" + name + ", expected that it begins with " + "\\x93NUMPY");
                }
            }
            int version = start[MAGIC.length];
            if (version < 1 || version > 3) {
                throw new ExchangeException("a NumPy file of an unknown version: file=" + name + ", version found="
                        + version + ", expected 1 to 3");
            }
            ByteBuffer length = ByteBuffer.wrap(exactly(in, version == 1 ? Short.BYTES : Integer.BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            int rest = version == 1 ? Short.toUnsignedInt(length.getShort()) : length.getInt();
            if (rest < 0 || rest > MAX_LENGTH) {
                throw new ExchangeException("the header of a NumPy file is too long: file=" + name + ", length=" + rest
                        + ", limit=" + MAX_LENGTH);
            }
            return parse(new String(exactly(in, rest), StandardCharsets.UTF_8), name);
        } catch (EOFException e) {
            throw new ExchangeException("a NumPy file ends within its header: file=" + name, e);
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    private static NpyHeader parse(String text, String name) {
        Object parsed;
        try {
            parsed = Literal.parse(text.strip());
        } catch (IllegalArgumentException e) {
            throw damaged(name, e.getMessage());
        }
        if (!(parsed instanceof Map<?, ?> header) || !(header.get("shape") instanceof List<?> dimensions)) {
            throw damaged(name, "expected a dictionary with descr, fortran_order and shape");
        }
        if (!Boolean.FALSE.equals(header.get("fortran_order"))) {
            throw new ExchangeException("a NumPy file in Fortran order: file=" + name
                    + ", expected C order; save np.ascontiguousarray of it");
        }
        List<Long> shape = new ArrayList<>();
        for (Object dimension : dimensions) {
            if (!(dimension instanceof Long size) || size < 0 || size > MAX_DIMENSION) {
                throw damaged(name, "dimension=" + dimension);
            }
            shape.add(size);
        }
        if (shape.isEmpty()) {
            throw new ExchangeException("a NumPy file of a single value: file=" + name + ", expected an array of rows");
        }
        return header.get("descr") instanceof List<?> fields
                ? structured(fields, shape, name)
                : plain(header.get("descr"), shape, name);
    }

    private static NpyHeader plain(@Nullable Object descr, List<Long> shape, String name) {
        List<Integer> inner = inner(shape.subList(1, shape.size()), name);
        RecordColumn column = new RecordColumn(name, dtype(descr, name), inner, 0);
        return new NpyHeader(shape.get(0), column, Map.of(), column.length());
    }

    private static NpyHeader structured(List<?> fields, List<Long> shape, String name) {
        if (shape.size() != 1) {
            throw new ExchangeException("an array of a structured dtype has shape=" + shape + ": file=" + name
                    + ", expected one dimension, a row an element");
        }
        Map<String, RecordColumn> columns = new LinkedHashMap<>();
        int offset = 0;
        for (Object each : fields) {
            if (!(each instanceof List<?> field) || field.size() < 2 || !(field.get(0) instanceof String column)) {
                throw damaged(name, "a field of the dtype=" + each);
            }
            if (field.get(1) instanceof String padding && padding.startsWith("|V") && column.isEmpty()) {
                offset += length(padding, name);
                continue;
            }
            List<?> inner = field.size() > 2 && field.get(2) instanceof List<?> sizes ? sizes : List.of();
            RecordColumn found = new RecordColumn(
                    column, dtype(field.get(1), name + ", field=" + column), inner(inner, name), offset);
            if (columns.put(column, found) != null) {
                throw damaged(name, "field '" + column + "' is there twice");
            }
            offset += found.length();
        }
        return new NpyHeader(shape.get(0), null, columns, offset);
    }

    private static int length(String padding, String name) {
        try {
            return Integer.parseInt(padding.substring(2));
        } catch (NumberFormatException e) {
            throw damaged(name, "padding=" + padding);
        }
    }

    private static List<Integer> inner(List<?> sizes, String name) {
        List<Integer> shape = new ArrayList<>();
        long elements = 1;
        for (Object size : sizes) {
            elements = size instanceof Long number && number > 0 ? elements * number : Long.MAX_VALUE;
            if (elements > Integer.MAX_VALUE / Long.BYTES) {
                throw damaged(name, "shape=" + sizes);
            }
            shape.add(((Long) size).intValue());
        }
        return shape;
    }

    private static DType dtype(@Nullable Object descr, String name) {
        DType dtype = descr instanceof String text ? RecordColumn.ofNumpy(text) : null;
        if (dtype == null) {
            boolean big = descr instanceof String text && text.startsWith(">");
            throw new ExchangeException((big ? "a big-endian dtype" : "a dtype that no field has") + ": file=" + name
                    + ", dtype=" + descr + ", expected one of <f4 <f8 |i1 <i2 <i4 <i8 |u1 |b1; convert it with astype");
        }
        return dtype;
    }

    private static ExchangeException damaged(String name, @Nullable String what) {
        return new ExchangeException("the header of a NumPy file is damaged: file=" + name + ": " + what);
    }
}
