package io.engram.replay.internal;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.Role;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where each value lies in the payload of a row: STATE fields, STEP fields, and with self-contained rows the next STATE
 * fields, each group in the order of the schema and aligned to 8, each field naturally aligned. Immutable.
 *
 * <pre>
 *   +---------------+--------------+--------------------------------+
 *   | STATE fields  | STEP fields  | next STATE (self-contained)    |
 *   +---------------+--------------+--------------------------------+
 *   0               stepOffset     nextOffset                       length, a multiple of 8
 * </pre>
 */
public final class PayloadLayout {
    /**
     * One value of a row.
     *
     * @param column the column of a batch that this value goes to
     * @param field what it is
     * @param offset bytes from the start of the payload
     */
    public record Slot(String column, Field field, int offset) {}

    private final List<Slot> slots;
    private final int stateLength;
    private final int nextOffset;
    private final int length;
    private final @Nullable Slot reward;

    /**
     * Lays out a schema.
     *
     * @param schema the fields
     */
    public PayloadLayout(Schema schema) {
        List<Slot> laidOut = new ArrayList<>();
        int end = append(laidOut, schema, Role.STATE, "", 0);
        stateLength = end;
        end = append(laidOut, schema, Role.STEP, "", end);
        if (schema.rowLayout() == RowLayout.SELF_CONTAINED) {
            nextOffset = end;
            end = append(laidOut, schema, Role.STATE, Schema.NEXT, end);
        } else {
            nextOffset = 0;
        }
        slots = List.copyOf(laidOut);
        length = end;
        reward = slots.stream()
                .filter(slot -> slot.column().equals(Field.REWARD) && isNumber(slot.field()))
                .findFirst()
                .orElse(null);
    }

    /**
     * All values of a row, in order.
     *
     * @return an immutable list
     */
    public List<Slot> slots() {
        return slots;
    }

    private static boolean isNumber(Field field) {
        return field.shape().isEmpty() && (field.dtype() == DType.F32 || field.dtype() == DType.F64);
    }

    /**
     * The reward, if it is a number that can be summed up.
     *
     * @return the scalar F32 or F64 field {@value Field#REWARD}, or null
     */
    public @Nullable Slot reward() {
        return reward;
    }

    /**
     * Where a state that a step leads to is staged.
     *
     * @return bytes from the start of the payload: of the next STATE group, or 0 with arrival rows
     */
    public int nextOffset() {
        return nextOffset;
    }

    /**
     * The length of a STATE group.
     *
     * @return bytes, a multiple of 8
     */
    public int stateLength() {
        return stateLength;
    }

    /**
     * The length of the payload.
     *
     * @return bytes, a multiple of 8
     */
    public int length() {
        return length;
    }

    /**
     * The value that goes to a column.
     *
     * @param column the exact name
     * @return the slot
     */
    public Slot slot(String column) {
        for (Slot slot : slots) {
            if (slot.column().equals(column)) {
                return slot;
            }
        }
        throw new IllegalArgumentException("no slot for column '" + column + "'");
    }

    private static int append(List<Slot> slots, Schema schema, Role role, String prefix, int start) {
        int end = start;
        for (Field field : schema.fields()) {
            if (field.role() == role) {
                int offset = align(end, field.dtype().length());
                slots.add(new Slot(prefix + field.name(), field, offset));
                end = offset + field.length();
            }
        }
        return align(end, Long.BYTES);
    }

    private static int align(int offset, int alignment) {
        return (offset + alignment - 1) & -alignment;
    }
}
