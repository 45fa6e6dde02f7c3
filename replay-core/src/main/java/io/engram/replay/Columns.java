package io.engram.replay;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Transitions by column: each field's values of many rows in one contiguous block. A sampler fills columns, a writer
 * takes them.
 *
 * <p>The columns of a schema are, in order: each STATE field under its name, each STEP field, each STATE field again
 * under {@code next/}name, then {@code terminated} and {@code truncated} (BOOL).
 */
public final class Columns {
    private static final int ALIGNMENT = 64;

    private final Map<String, Column> byName;
    private final int rows;

    private Columns(Map<String, Column> byName, int rows) {
        this.byName = byName;
        this.rows = rows;
    }

    /**
     * Allocates every column of a schema, zeroed.
     *
     * @param schema the fields
     * @param rows how many rows, at least 1
     * @return new columns
     * @throws IllegalArgumentException if {@code rows} is below 1 or the memory would exceed 2 GiB
     */
    public static Columns allocate(Schema schema, int rows) {
        return allocate(schema, names(schema), rows);
    }

    /**
     * Allocates some columns of a schema, zeroed.
     *
     * @param schema the fields
     * @param names which columns, each once
     * @param rows how many rows, at least 1
     * @return new columns, in the order of {@code names}
     * @throws IllegalArgumentException if {@code rows} is below 1 or the memory would exceed 2 GiB
     * @throws SchemaException if a name is unknown or repeated
     */
    public static Columns allocate(Schema schema, List<String> names, int rows) {
        return allocate(fieldsOf(schema, names), rows);
    }

    private static Columns allocate(Map<String, Field> fields, int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("rows=" + rows + ", expected at least 1");
        }
        long total = ALIGNMENT;
        for (Field field : fields.values()) {
            total += align((long) field.length() * rows);
        }
        if (total > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("the columns are too large: rows=" + rows + ", bytes=" + total
                    + ", limit=" + Integer.MAX_VALUE + "; use fewer rows or a subset of the columns");
        }
        ByteBuffer memory = ByteBuffer.allocateDirect((int) total).alignedSlice(ALIGNMENT);
        Map<String, Column> columns = new LinkedHashMap<>();
        int offset = 0;
        for (Map.Entry<String, Field> entry : fields.entrySet()) {
            Field field = entry.getValue();
            int length = field.length() * rows;
            ByteBuffer slice = memory.slice(offset, length).order(ByteOrder.nativeOrder());
            columns.put(entry.getKey(), new Column(entry.getKey(), field.dtype(), field.shape(), rows, slice));
            offset += (int) align(length);
        }
        return new Columns(columns, rows);
    }

    /**
     * Allocates columns of any names and types, zeroed.
     *
     * @param types a field for each column, whose name, dtype and shape it has; names differ
     * @param rows how many rows, at least 1
     * @return new columns, in the order of {@code types}
     * @throws SchemaException if two have the same name
     * @throws IllegalArgumentException if {@code rows} is below 1 or the memory would exceed 2 GiB
     */
    public static Columns allocate(List<Field> types, int rows) {
        Map<String, Field> fields = new LinkedHashMap<>();
        for (Field type : types) {
            if (fields.put(type.name(), type) != null) {
                throw new SchemaException("column '" + type.name() + "' is named twice in " + types);
            }
        }
        return allocate(fields, rows);
    }

    /**
     * The names of all columns of a schema, in their order.
     *
     * @param schema the fields
     * @return an immutable list
     */
    public static List<String> names(Schema schema) {
        List<String> names = new ArrayList<>();
        schema.fields().stream().filter(f -> f.role() == Role.STATE).forEach(f -> names.add(f.name()));
        schema.fields().stream().filter(f -> f.role() == Role.STEP).forEach(f -> names.add(f.name()));
        schema.fields().stream().filter(f -> f.role() == Role.STATE).forEach(f -> names.add(Schema.NEXT + f.name()));
        names.add(Schema.TERMINATED);
        names.add(Schema.TRUNCATED);
        return List.copyOf(names);
    }

    /**
     * The column of that name.
     *
     * @param name the exact name
     * @return the column
     * @throws SchemaException if there is none; the message lists the names there are
     */
    public Column column(String name) {
        Column column = byName.get(name);
        if (column == null) {
            throw new SchemaException("there is no column '" + name + "'; there are " + byName.keySet());
        }
        return column;
    }

    /**
     * All columns, in order.
     *
     * @return an immutable list
     */
    public List<Column> all() {
        return List.copyOf(byName.values());
    }

    /**
     * Whether a column of that name is here.
     *
     * @param name the exact name
     * @return true if {@link #column} would find it
     */
    public boolean contains(String name) {
        return byName.containsKey(name);
    }

    /**
     * The number of rows.
     *
     * @return at least 1
     */
    public int rows() {
        return rows;
    }

    private static Map<String, Field> fieldsOf(Schema schema, List<String> names) {
        Map<String, Field> fields = new LinkedHashMap<>();
        for (String name : names) {
            if (fields.put(name, fieldOf(schema, name)) != null) {
                throw new SchemaException("column '" + name + "' is asked for twice");
            }
        }
        return fields;
    }

    private static Field fieldOf(Schema schema, String column) {
        if (column.equals(Schema.TERMINATED) || column.equals(Schema.TRUNCATED)) {
            // Reserved names, so made past the checks of a schema.
            return Field.step(column, DType.BOOL);
        }
        String name = column.startsWith(Schema.NEXT) ? column.substring(Schema.NEXT.length()) : column;
        if (!schema.contains(name)
                || (column.startsWith(Schema.NEXT) && schema.field(name).role() != Role.STATE)) {
            throw new SchemaException("there is no column '" + column + "'; there are " + names(schema));
        }
        return schema.field(name);
    }

    private static long align(long length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
