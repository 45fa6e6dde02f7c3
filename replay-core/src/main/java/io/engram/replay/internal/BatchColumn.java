package io.engram.replay.internal;

import io.engram.replay.AgeLimit;
import io.engram.replay.Column;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.FrameStack;
import io.engram.replay.NStep;
import io.engram.replay.Role;
import io.engram.replay.Schema;
import io.engram.replay.SchemaException;
import io.engram.replay.Windows;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A column of a batch: what it holds, of which field, and its type. Immutable.
 *
 * @param kind what it holds
 * @param field the field that its values are of; null for what is no field's
 * @param stack how many states one value of the field is made of; 1 if not stacked
 * @param repeatFirst whether an episode's first state stands for those before it
 * @param type name, dtype and shape of the column
 */
public record BatchColumn(Kind kind, @Nullable Field field, int stack, boolean repeatFirst, Field type) {
    /** What a column holds. */
    public enum Kind {
        /** The state that each step starts from. */
        STATE,
        /** The state that each step leads to; of n steps the last one's. */
        NEXT,
        /** All states of an element in order, each once. */
        STATES,
        /** The state that the first step starts from. */
        FIRST,
        /** A STEP field; of n steps the first one's. */
        STEP,
        /** The sum of n rewards. */
        RETURN,
        /** The flag of each step; of n steps the last one's. */
        TERMINATED,
        /** The flag of each step; of n steps the last one's. */
        TRUNCATED,
        /** How many steps a transition bridges. */
        N_STEPS,
        /** The discount of the bootstrapped value. */
        N_DISCOUNT,
        /** Whether to bootstrap. */
        BOOTSTRAP,
        /** Which positions are steps. */
        VALID,
        /** Which steps are burn-in. */
        BURN_IN,
        /** How many rows came after the element's first. */
        AGE_STEPS,
        /** How long ago the element's first row came. */
        AGE_MILLIS,
        /** How many versions the policy is behind. */
        AGE_POLICY
    }

    private static final Set<Kind> ONLY_IF_NAMED =
            EnumSet.of(Kind.STATES, Kind.FIRST, Kind.AGE_STEPS, Kind.AGE_MILLIS, Kind.AGE_POLICY);

    /**
     * The columns that a sampler fills.
     *
     * @param schema of the memory
     * @param names of the columns; empty for all that are usual
     * @param nStep how transitions over several steps are made, or null
     * @param stacks the fields that are stacked
     * @param windows what windows there are, or null
     * @return in order
     * @throws SchemaException if a name is unknown or repeated, or a stack is of no STATE field
     */
    public static List<BatchColumn> of(
            Schema schema,
            List<String> names,
            @Nullable NStep nStep,
            Map<String, FrameStack> stacks,
            @Nullable Windows windows) {
        for (String stacked : stacks.keySet()) {
            if (schema.field(stacked).role() != Role.STATE) {
                throw new SchemaException("field '" + stacked + "' cannot be stacked: only STATE fields can");
            }
        }
        Map<String, BatchColumn> all = all(schema, nStep, new Plan(stacks, windows));
        List<BatchColumn> columns = new ArrayList<>();
        for (String name : names.isEmpty() ? usual(all) : names) {
            BatchColumn column = all.get(name);
            if (column == null) {
                throw new SchemaException("there is no column '" + name + "'; there are " + all.keySet());
            }
            if (columns.contains(column)) {
                throw new SchemaException("column '" + name + "' is asked for twice");
            }
            columns.add(column);
        }
        return List.copyOf(columns);
    }

    /**
     * The column's name.
     *
     * @return as in {@link Column#name()}
     */
    public String name() {
        return type.name();
    }

    private static List<String> usual(Map<String, BatchColumn> all) {
        return all.values().stream()
                .filter(column -> !ONLY_IF_NAMED.contains(column.kind))
                .map(BatchColumn::name)
                .toList();
    }

    private static Map<String, BatchColumn> all(Schema schema, @Nullable NStep nStep, Plan plan) {
        List<Field> states =
                schema.fields().stream().filter(f -> f.role() == Role.STATE).toList();
        states.forEach(field -> plan.addState(Kind.STATE, "", field));
        for (Field field : schema.fields()) {
            if (field.role() == Role.STEP) {
                boolean summed = nStep != null && field.name().equals(nStep.reward());
                plan.add(summed ? Kind.RETURN : Kind.STEP, field.name(), field, field.dtype(), field.shape());
            }
        }
        states.forEach(field -> plan.addState(Kind.NEXT, Schema.NEXT, field));
        plan.add(Kind.TERMINATED, Schema.TERMINATED, null, DType.BOOL, List.of());
        plan.add(Kind.TRUNCATED, Schema.TRUNCATED, null, DType.BOOL, List.of());
        if (nStep != null) {
            plan.add(Kind.N_STEPS, NStep.STEPS, null, DType.I32, List.of());
            plan.add(Kind.N_DISCOUNT, NStep.DISCOUNT, null, DType.F32, List.of());
            plan.add(Kind.BOOTSTRAP, NStep.BOOTSTRAP, null, DType.BOOL, List.of());
        } else {
            states.forEach(plan::addStates);
        }
        if (plan.windows != null) {
            states.forEach(plan::addFirst);
            plan.add(Kind.VALID, Windows.VALID, null, DType.BOOL, List.of());
            plan.add(Kind.BURN_IN, Windows.BURN_IN, null, DType.BOOL, List.of());
        }
        plan.put(Kind.AGE_STEPS, AgeLimit.STEPS, null, DType.I64, List.of());
        plan.put(Kind.AGE_MILLIS, AgeLimit.MILLIS, null, DType.I64, List.of());
        plan.put(Kind.AGE_POLICY, AgeLimit.POLICY_VERSIONS, null, DType.I64, List.of());
        return plan.columns;
    }

    /** Collects columns. */
    private static final class Plan {
        private final Map<String, BatchColumn> columns = new LinkedHashMap<>();
        private final Map<String, FrameStack> stacks;
        private final @Nullable Windows windows;

        Plan(Map<String, FrameStack> stacks, @Nullable Windows windows) {
            this.stacks = stacks;
            this.windows = windows;
        }

        /** A value for each step of the element. */
        void add(Kind kind, String name, @Nullable Field field, DType dtype, List<Integer> shape) {
            put(kind, name, field, dtype, windows == null ? shape : prepend(windows.positions(), shape));
        }

        void addState(Kind kind, String prefix, Field field) {
            add(kind, prefix + field.name(), field, field.dtype(), stacked(field));
        }

        void addFirst(Field field) {
            put(Kind.FIRST, Schema.FIRST + field.name(), field, field.dtype(), stacked(field));
        }

        void addStates(Field field) {
            boolean backward = windows != null && windows.order() == Windows.Order.BACKWARD;
            if (!backward) {
                int steps = windows == null ? 1 : windows.positions();
                int states = steps + stack(field);
                put(Kind.STATES, Schema.STATES + field.name(), field, field.dtype(), prepend(states, field.shape()));
            }
        }

        private void put(Kind kind, String name, @Nullable Field field, DType dtype, List<Integer> shape) {
            FrameStack stack = field == null ? null : stacks.get(field.name());
            boolean repeat = stack != null && stack.padding() == FrameStack.Padding.REPEAT_FIRST;
            int size = stack == null ? 1 : stack.size();
            columns.put(name, new BatchColumn(kind, field, size, repeat, new Field(name, Role.STEP, dtype, shape)));
        }

        private int stack(Field field) {
            FrameStack stack = stacks.get(field.name());
            return stack == null ? 1 : stack.size();
        }

        private List<Integer> stacked(Field field) {
            return stacks.containsKey(field.name()) ? prepend(stack(field), field.shape()) : field.shape();
        }

        private static List<Integer> prepend(int dimension, List<Integer> shape) {
            List<Integer> longer = new ArrayList<>();
            longer.add(dimension);
            longer.addAll(shape);
            return longer;
        }
    }
}
