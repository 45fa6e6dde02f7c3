package io.engram.replay.offheap.exchange;

import io.engram.replay.DType;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A column of exchanged rows. Immutable.
 *
 * @param name as other tools see it
 * @param dtype of its elements
 * @param shape of a row's value, empty for a scalar
 * @param offset bytes from the start of a {@link RecordLayout record}
 */
record RecordColumn(String name, DType dtype, List<Integer> shape, int offset) {
    int length() {
        int length = dtype.length();
        for (int dimension : shape) {
            length *= dimension;
        }
        return length;
    }

    /** As NumPy names it: little-endian, as everything here is. */
    String numpyType() {
        return numpyType(dtype);
    }

    static String numpyType(DType dtype) {
        return switch (dtype) {
            case F32 -> "<f4";
            case F64 -> "<f8";
            case I8 -> "|i1";
            case I16 -> "<i2";
            case I32 -> "<i4";
            case I64 -> "<i8";
            case U8 -> "|u1";
            case BOOL -> "|b1";
        };
    }

    /** As PyTorch names it. */
    String torchType() {
        return "torch."
                + switch (dtype) {
                    case F32 -> "float32";
                    case F64 -> "float64";
                    case I8 -> "int8";
                    case I16 -> "int16";
                    case I32 -> "int32";
                    case I64 -> "int64";
                    case U8 -> "uint8";
                    case BOOL -> "bool";
                };
    }

    /** The type that NumPy's name stands for, or null. */
    static @Nullable DType ofNumpy(String text) {
        for (DType dtype : DType.values()) {
            String name = numpyType(dtype);
            // One byte has no order.
            if (text.equals(name) || (name.startsWith("|") && text.length() == 3 && name.endsWith(text.substring(1)))) {
                return dtype;
            }
        }
        return null;
    }

    /** A Python tuple. */
    static String tuple(List<? extends Number> shape) {
        return shape.stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", "(", shape.size() == 1 ? ",)" : ")"));
    }
}
