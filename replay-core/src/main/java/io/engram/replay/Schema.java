package io.engram.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a transition, in order, and how rows are laid out. Immutable, with value equality; stored with the
 * data.
 *
 * <p>{@code terminated} and {@code truncated} are part of every transition and need no field.
 */
public final class Schema {
    /** The prefix under which a batch delivers the next value of a STATE field. */
    public static final String NEXT = "next/";
    /** The prefix under which a batch delivers all states of an element in order, each once. */
    public static final String STATES = "states/";
    /** The prefix under which a batch of windows delivers the state that each window starts from. */
    public static final String FIRST = "first/";
    /** The column of a batch that holds the terminated flag. */
    public static final String TERMINATED = "terminated";
    /** The column of a batch that holds the truncated flag. */
    public static final String TRUNCATED = "truncated";

    private static final List<String> RESERVED_PREFIXES =
            List.of(NEXT, STATES, FIRST, NStep.PREFIX, Windows.PREFIX, AgeLimit.PREFIX);
    /** The longest row, in bytes of fields. */
    public static final int MAX_ROW_LENGTH = 64 << 20;

    private final List<Field> fields;
    private final RowLayout rowLayout;
    private final Map<String, Integer> indexes;

    private Schema(List<Field> fields, RowLayout rowLayout) {
        this.fields = List.copyOf(fields);
        this.rowLayout = rowLayout;
        this.indexes = new HashMap<>();
        for (Field field : this.fields) {
            checkNotReserved(field);
            if (indexes.put(field.name(), indexes.size()) != null) {
                throw new SchemaException("field '" + field.name() + "' is declared twice; names must differ");
            }
        }
        checkPaths();
        checkLength();
        if (this.fields.stream().noneMatch(field -> field.role() == Role.STATE)) {
            throw new SchemaException("the schema has no STATE field; declare at least one, such as observation");
        }
    }

    /**
     * Starts an empty schema.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads what {@link #toText()} wrote.
     *
     * @param text the canonical text
     * @return the schema
     * @throws SchemaException if a line cannot be read or the schema is bad
     */
    public static Schema fromText(String text) {
        List<Field> fields = new ArrayList<>();
        RowLayout layout = null;
        for (String line : text.split("\n", -1)) {
            if (line.isEmpty()) {
                continue;
            }
            String[] words = line.split(" ", -1);
            if (words.length == 2 && words[0].equals("layout") && layout == null) {
                layout = RowLayout.fromText(words[1]);
            } else if (words.length == 3 && (words[0].equals("state") || words[0].equals("step"))) {
                fields.add(parseField(line, words));
            } else {
                throw new SchemaException("unreadable line in a schema: line='" + line + "'");
            }
        }
        if (layout == null) {
            throw new SchemaException("a schema's text has no 'layout' line: text='" + text + "'");
        }
        return new Schema(fields, layout);
    }

    /**
     * The canonical text: a line for the layout, then a line a field, each ended by a newline.
     *
     * @return text that {@link #fromText} reads back to an equal schema
     */
    public String toText() {
        StringBuilder text =
                new StringBuilder("layout ").append(rowLayout.text()).append('\n');
        for (Field field : fields) {
            text.append(field).append('\n');
        }
        return text.toString();
    }

    /**
     * All fields, in the order of their declaration.
     *
     * @return an immutable list
     */
    public List<Field> fields() {
        return fields;
    }

    /**
     * How rows are laid out.
     *
     * @return the layout
     */
    public RowLayout rowLayout() {
        return rowLayout;
    }

    /**
     * The field of that name.
     *
     * @param name the exact name
     * @return the field
     * @throws SchemaException if there is none; the message lists the names there are
     */
    public Field field(String name) {
        return fields.get(indexOf(name));
    }

    /**
     * The position of a field in {@link #fields()}.
     *
     * @param name the exact name
     * @return the index, from 0
     * @throws SchemaException if there is none; the message lists the names there are
     */
    public int indexOf(String name) {
        Integer index = indexes.get(name);
        if (index == null) {
            throw new SchemaException("the schema has no field '" + name + "'; it has "
                    + fields.stream().map(Field::name).toList());
        }
        return index;
    }

    /**
     * Whether a field of that name exists.
     *
     * @param name the exact name
     * @return true if {@link #field} would find it
     */
    public boolean contains(String name) {
        return indexes.containsKey(name);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Schema that && fields.equals(that.fields) && rowLayout == that.rowLayout;
    }

    @Override
    public int hashCode() {
        return Objects.hash(fields, rowLayout);
    }

    /** The canonical text on one line, its lines separated by {@code "; "}. */
    @Override
    public String toString() {
        return toText().strip().replace("\n", "; ");
    }

    private static Field parseField(String line, String[] words) {
        Role role = words[0].equals("state") ? Role.STATE : Role.STEP;
        int bracket = words[2].indexOf('[');
        if (bracket < 0 || !words[2].endsWith("]")) {
            throw new SchemaException("unreadable line in a schema: line='" + line + "', expected dtype[dimensions]");
        }
        String dimensions = words[2].substring(bracket + 1, words[2].length() - 1);
        List<Integer> shape = new ArrayList<>();
        try {
            for (String dimension : dimensions.isEmpty() ? new String[0] : dimensions.split(",", -1)) {
                shape.add(Integer.parseInt(dimension));
            }
        } catch (NumberFormatException e) {
            throw new SchemaException("unreadable dimension in a schema: line='" + line + "'", e);
        }
        return new Field(words[1], role, DType.fromText(words[2].substring(0, bracket), line), shape);
    }

    private static void checkNotReserved(Field field) {
        String name = field.name();
        boolean reserved = RESERVED_PREFIXES.stream().anyMatch((name + "/")::startsWith);
        if (name.equals(TERMINATED) || name.equals(TRUNCATED) || reserved) {
            throw new SchemaException("field '" + name + "' has a reserved name: '" + TERMINATED + "', '" + TRUNCATED
                    + "' and what begins with one of " + RESERVED_PREFIXES + " are columns that batches can have");
        }
    }

    /** A path may not run through another field: {@code a} and {@code a/b} cannot both be columns of a nested batch. */
    private void checkPaths() {
        for (Field field : fields) {
            String name = field.name();
            for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
                if (indexes.containsKey(name.substring(0, slash))) {
                    throw new SchemaException("field '" + name + "' lies inside field '" + name.substring(0, slash)
                            + "'; a path may not run through another field");
                }
            }
        }
    }

    private void checkLength() {
        long length = 0;
        for (Field field : fields) {
            boolean twice = rowLayout == RowLayout.SELF_CONTAINED && field.role() == Role.STATE;
            length += (long) field.length() * (twice ? 2 : 1);
            if (length > MAX_ROW_LENGTH) {
                throw new SchemaException("field '" + field.name() + "' makes the row too long: length so far=" + length
                        + " bytes, limit=" + MAX_ROW_LENGTH + " bytes a row");
            }
        }
    }

    /** Collects fields. Not safe for use by several threads. */
    public static final class Builder {
        private final List<Field> fields = new ArrayList<>();
        private RowLayout rowLayout = RowLayout.ARRIVAL;

        private Builder() {}

        /**
         * Adds a field.
         *
         * @param field any field
         * @return this builder
         */
        public Builder add(Field field) {
            fields.add(field);
            return this;
        }

        /**
         * Adds the standard STATE field {@value Field#OBSERVATION}.
         *
         * @param dtype the type of the elements
         * @param shape the dimensions; none for a scalar
         * @return this builder
         * @throws SchemaException if a part is out of bounds
         */
        public Builder observation(DType dtype, int... shape) {
            return add(Field.state(Field.OBSERVATION, dtype, shape));
        }

        /**
         * Adds the standard STEP field {@value Field#ACTION}: a scalar I32 for discrete actions, a vector of F32 for
         * continuous ones.
         *
         * @param dtype the type of the elements
         * @param shape the dimensions; none for a scalar
         * @return this builder
         * @throws SchemaException if a part is out of bounds
         */
        public Builder action(DType dtype, int... shape) {
            return add(Field.step(Field.ACTION, dtype, shape));
        }

        /**
         * Adds the standard STEP field {@value Field#REWARD}, a scalar F32.
         *
         * @return this builder
         */
        public Builder reward() {
            return add(Field.step(Field.REWARD, DType.F32));
        }

        /**
         * Adds the standard STEP field {@value Field#LOG_PROBABILITY}, a scalar F32.
         *
         * @return this builder
         */
        public Builder logProbability() {
            return add(Field.step(Field.LOG_PROBABILITY, DType.F32));
        }

        /**
         * Adds the standard STEP field {@value Field#DISCOUNT}, a scalar F32 in [0, 1].
         *
         * @return this builder
         */
        public Builder discount() {
            return add(Field.step(Field.DISCOUNT, DType.F32));
        }

        /**
         * Chooses the layout of rows; {@link RowLayout#ARRIVAL} unless said. Self-contained rows suit small
         * observations, arrival rows anything large.
         *
         * @param layout the layout
         * @return this builder
         */
        public Builder rowLayout(RowLayout layout) {
            this.rowLayout = layout;
            return this;
        }

        /**
         * Checks and builds.
         *
         * @return the schema
         * @throws SchemaException if names repeat or are reserved, a path runs through another field, the row is too
         *     long, or no field is STATE; the message names the field
         */
        public Schema build() {
            return new Schema(fields, rowLayout);
        }
    }
}
