package io.engram.replay.internal;

import io.engram.replay.Column;
import io.engram.replay.Columns;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.Role;
import io.engram.replay.Schema;
import io.engram.replay.SchemaException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Reads rows of {@link Columns} into staged rows, after checking that the columns fit the schema. */
final class ColumnSource {
    private final Schema schema;
    private final ByteBuffer[] states;
    private final ByteBuffer[] nexts;
    private final String[] nextNames;
    private final int[] booleans;
    private @Nullable Columns bound;
    private @Nullable Columns boundStates;
    private ByteBuffer terminated = ByteBuffer.allocate(0);
    private ByteBuffer truncated = ByteBuffer.allocate(0);

    ColumnSource(Schema schema) {
        this.schema = schema;
        this.states = new ByteBuffer[schema.fields().size()];
        this.nexts = new ByteBuffer[schema.fields().size()];
        this.booleans = IntStream.range(0, states.length)
                .filter(i -> schema.fields().get(i).dtype() == DType.BOOL)
                .toArray();
        this.nextNames = schema.fields().stream()
                .map(field -> (field.role() == Role.STATE ? Schema.NEXT : "") + field.name())
                .toArray(String[]::new);
    }

    /** Takes the STATE columns; throws if one is missing or differs from the schema. */
    void bindStates(Columns columns) {
        if (boundStates != columns) {
            boundStates = null;
            List<Field> fields = schema.fields();
            for (int i = 0; i < states.length; i++) {
                if (fields.get(i).role() == Role.STATE) {
                    states[i] = checked(columns, fields.get(i).name(), fields.get(i));
                }
            }
            boundStates = columns;
        }
    }

    /** Takes the STEP, next and flag columns; throws if one is missing or differs from the schema. */
    void bindSteps(Columns columns) {
        if (bound != columns) {
            bound = null;
            List<Field> fields = schema.fields();
            for (int i = 0; i < nexts.length; i++) {
                nexts[i] = checked(columns, nextNames[i], fields.get(i));
            }
            terminated = columns.column(Schema.TERMINATED).bytes();
            truncated = columns.column(Schema.TRUNCATED).bytes();
            bound = columns;
        }
    }

    /** Throws unless every BOOL of the row's STATE columns is 0 or 1. */
    void checkState(int row) {
        for (int i = 0; i < states.length; i++) {
            Field field = schema.fields().get(i);
            if (field.role() == Role.STATE && field.dtype() == DType.BOOL) {
                checkBooleans(states[i], field.name(), field.length(), row);
            }
        }
    }

    /** Throws unless every BOOL of the row's STEP, next and flag columns is 0 or 1. */
    void checkStep(int row) {
        checkBooleans(terminated, Schema.TERMINATED, 1, row);
        checkBooleans(truncated, Schema.TRUNCATED, 1, row);
        for (int i : booleans) {
            checkBooleans(nexts[i], nextNames[i], schema.fields().get(i).length(), row);
        }
    }

    /** Stages the row's state, as {@code begin} takes it. */
    void stageState(StagedRow staged, int row) {
        for (int i = 0; i < states.length; i++) {
            if (states[i] != null) {
                staged.value(i).copyFrom(states[i], row);
            }
        }
    }

    /** Stages the row's next state alone, as {@code begin} takes it after an autoreset. */
    void stageNextState(StagedRow staged, int row) {
        for (int i = 0; i < nexts.length; i++) {
            if (schema.fields().get(i).role() == Role.STATE) {
                staged.value(i).copyFrom(nexts[i], row);
            }
        }
    }

    /** Stages the row's step and next state. */
    void stageStep(StagedRow staged, int row) {
        for (int i = 0; i < nexts.length; i++) {
            staged.value(i).copyFrom(nexts[i], row);
        }
    }

    int flags(int row) {
        return RowFlags.of(terminated.get(row) != 0, truncated.get(row) != 0);
    }

    private static ByteBuffer checked(Columns columns, String name, Field field) {
        Column column = columns.column(name);
        if (column.dtype() != field.dtype() || !column.shape().equals(field.shape())) {
            throw new SchemaException("column '" + name + "' differs from the schema: column "
                    + column.dtype().text() + column.shape() + ", field '" + field.name() + "' "
                    + field.dtype().text() + field.shape());
        }
        // A view of its own: a limit or byte order that the user sets on theirs must not matter.
        return column.bytes();
    }

    private static void checkBooleans(ByteBuffer column, String name, int length, int row) {
        for (int i = row * length; i < (row + 1) * length; i++) {
            if ((column.get(i) & ~1) != 0) {
                throw new SchemaException("column '" + name + "' cannot hold value=" + column.get(i) + " in row " + row
                        + ": dtype=bool, expected 0 or 1");
            }
        }
    }
}
