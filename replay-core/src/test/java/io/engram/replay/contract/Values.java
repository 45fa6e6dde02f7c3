package io.engram.replay.contract;

import io.engram.replay.Column;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.Role;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Values by number: a number stands for the values of all STATE (or all STEP) fields at once, each field's bytes being
 * random bits (NaNs and all) that follow from the number and the field's name.
 */
final class Values {
    private Values() {}

    static byte[] bytes(Field field, long number) {
        SplitMix64 random = new SplitMix64(number * 31 + field.name().hashCode());
        byte[] bytes = new byte[field.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextLong() >>> 56);
            if (field.dtype() == DType.BOOL) {
                bytes[i] &= 1;
            }
        }
        return bytes;
    }

    /** Stages all fields of a role. */
    static void stage(StreamWriter writer, Schema schema, Role role, long number) {
        for (Field field : schema.fields()) {
            if (field.role() == role) {
                writer.field(field.name()).set(new UnsafeBuffer(bytes(field, number)), 0);
            }
        }
    }

    static void put(Column column, int row, byte[] bytes) {
        column.bytes().put(row * column.rowLength(), bytes);
    }

    static byte[] get(Column column, int row) {
        byte[] bytes = new byte[column.rowLength()];
        ByteBuffer buffer = column.bytes();
        buffer.get(row * column.rowLength(), bytes);
        return bytes;
    }
}
