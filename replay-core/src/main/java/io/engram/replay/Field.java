package io.engram.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A named part of a transition. Immutable.
 *
 * @param name a name or a path, such as {@code observation} or {@code observation/camera}; parts of letters, digits,
 *     {@code _}, {@code -} and {@code .}, at most {@value #MAX_NAME_LENGTH} characters in all
 * @param role STATE or STEP
 * @param dtype the type of the elements
 * @param shape the dimensions, empty for a scalar; every dimension at least 1
 */
public record Field(String name, Role role, DType dtype, List<Integer> shape) {
    /** The longest name, in characters. */
    public static final int MAX_NAME_LENGTH = 200;
    /** The longest field, in bytes. */
    public static final int MAX_LENGTH = 64 << 20;
    /** The standard name of what the agent sees. */
    public static final String OBSERVATION = "observation";
    /** The standard name of what the agent does. */
    public static final String ACTION = "action";
    /** The standard name of what the step earned. */
    public static final String REWARD = "reward";
    /** The standard name of the logarithm of the behaviour policy's probability of the action. */
    public static final String LOG_PROBABILITY = "log_probability";
    /** The standard name of a discount that the environment gives for each step. */
    public static final String DISCOUNT = "discount";

    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_.-]+");

    /**
     * Checks every part of the field.
     *
     * @param name the name or path
     * @param role STATE or STEP
     * @param dtype the type of the elements
     * @param shape the dimensions, copied
     * @throws SchemaException if the name, a dimension or the length is out of bounds; the message names the field
     */
    public Field {
        checkName(name);
        shape = List.copyOf(shape);
        long elements = 1;
        for (int i = 0; i < shape.size(); i++) {
            int dimension = shape.get(i);
            if (dimension < 1) {
                throw new SchemaException("field '" + name + "' has a dimension below 1: shape=" + shape
                        + ", dimension " + i + "=" + dimension + "; a scalar has an empty shape");
            }
            elements *= dimension;
            if (elements * dtype.length() > MAX_LENGTH) {
                throw new SchemaException("field '" + name + "' is too long: dtype=" + dtype.text() + ", shape=" + shape
                        + ", the limit is " + MAX_LENGTH + " bytes a field");
            }
        }
    }

    /**
     * A STATE field.
     *
     * @param name the name or path
     * @param dtype the type of the elements
     * @param shape the dimensions; none for a scalar
     * @return the field
     * @throws SchemaException if a part is out of bounds
     */
    public static Field state(String name, DType dtype, int... shape) {
        return new Field(name, Role.STATE, dtype, boxed(shape));
    }

    /**
     * A STEP field.
     *
     * @param name the name or path
     * @param dtype the type of the elements
     * @param shape the dimensions; none for a scalar
     * @return the field
     * @throws SchemaException if a part is out of bounds
     */
    public static Field step(String name, DType dtype, int... shape) {
        return new Field(name, Role.STEP, dtype, boxed(shape));
    }

    /**
     * The number of elements.
     *
     * @return the product of the dimensions, 1 for a scalar
     */
    public int elements() {
        int elements = 1;
        for (int dimension : shape) {
            elements *= dimension;
        }
        return elements;
    }

    /**
     * The length of one value of this field.
     *
     * @return bytes
     */
    public int length() {
        return elements() * dtype.length();
    }

    /**
     * One line of a schema's text, such as {@code state observation f32[4]}.
     *
     * @return role, name, dtype and shape
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(role.text())
                .append(' ')
                .append(name)
                .append(' ')
                .append(dtype.text())
                .append('[');
        for (int i = 0; i < shape.size(); i++) {
            text.append(i == 0 ? "" : ",").append(shape.get(i));
        }
        return text.append(']').toString();
    }

    private static void checkName(String name) {
        if (name.isEmpty()) {
            throw new SchemaException("a field has an empty name; give it a name such as 'observation'");
        }
        if (name.length() > MAX_NAME_LENGTH) {
            throw new SchemaException("field '" + name.substring(0, 40) + "...' has too long a name: length="
                    + name.length() + ", limit=" + MAX_NAME_LENGTH);
        }
        for (String part : name.split("/", -1)) {
            if (!PART.matcher(part).matches()) {
                throw new SchemaException("field '" + name + "' has a bad name: part '" + part
                        + "' must be one or more of letters, digits, '_', '-' and '.'");
            }
        }
    }

    private static List<Integer> boxed(int[] shape) {
        List<Integer> boxed = new ArrayList<>(shape.length);
        for (int dimension : shape) {
            boxed.add(dimension);
        }
        return boxed;
    }
}
