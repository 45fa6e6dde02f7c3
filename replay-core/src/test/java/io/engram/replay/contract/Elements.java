package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Column;
import io.engram.replay.DType;
import io.engram.replay.NStep;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.Windows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What can be drawn from a memory, as text in the manner of {@link Script}. */
final class Elements {
    /** Says what a place of a batch holds. */
    interface Text {
        String of(Batch batch, int row);
    }

    private Elements() {}

    /** A uniform sampler's spec for {@link #of}: its batches are as large as the memory. */
    static SamplerSpec.Builder uniform(ReplayMemory memory) {
        return SamplerSpec.uniform("elements", (int) Math.max(1, memory.size())).seed(1);
    }

    /** The transitions that can be drawn, as {@link #transition} says, by key. */
    static List<String> transitions(ReplayMemory memory, SamplerSpec.Builder spec) {
        return List.copyOf(of(memory, spec.build(), Elements::transition).values());
    }

    /** The windows that can be drawn, as {@link #window} says, by key. */
    static List<String> windows(ReplayMemory memory, SamplerSpec.Builder spec) {
        return List.copyOf(of(memory, spec.build(), Elements::window).values());
    }

    /**
     * Everything that can be drawn, by key: what shows up in many draws, which leaves one out with a probability below
     * 1e-8. What has the same key is always the same.
     */
    static TreeMap<Long, String> of(ReplayMemory memory, SamplerSpec spec, Text text) {
        int draws = (int) Math.ceil(20 + Math.log(memory.size() + 1.0));
        TreeMap<Long, String> found = new TreeMap<>();
        try (Sampler sampler = memory.sampler(spec)) {
            Batch batch = sampler.newBatch();
            for (int i = 0; i < draws && sampler.trySample(batch); i++) {
                for (int row = 0; row < batch.size(); row++) {
                    String now = text.of(batch, row);
                    String before = found.put(batch.sequence(row), now);
                    assertThat(now)
                            .as("element of sequence=%d", batch.sequence(row))
                            .isEqualTo(before == null ? now : before);
                }
            }
        }
        return found;
    }

    /**
     * A transition, such as {@code 10 1/0.5>11T k=1 d=0.5 final}: state, action, reward, next state, flags, and of n
     * steps how many, the discount, and whether to bootstrap. Stacks are in brackets.
     */
    static String transition(Batch batch, int row) {
        String text = value(batch, "observation", row)
                + " " + value(batch, "action", row)
                + (batch.names().contains("reward") ? "/" + value(batch, "reward", row) : "")
                + ">" + value(batch, "next/observation", row)
                + (value(batch, Schema.TERMINATED, row).equals("1") ? "T" : "")
                + (value(batch, Schema.TRUNCATED, row).equals("1") ? "C" : "");
        if (!batch.names().contains(NStep.STEPS)) {
            assertThat(batch.steps(row)).as(text).isEqualTo(1);
            return text;
        }
        assertThat(value(batch, NStep.STEPS, row)).as(text).isEqualTo(Integer.toString(batch.steps(row)));
        return text + " k=" + value(batch, NStep.STEPS, row) + " d=" + value(batch, NStep.DISCOUNT, row)
                + (value(batch, NStep.BOOTSTRAP, row).equals("1") ? " bootstrap" : " final");
    }

    /**
     * A window, such as {@code (10 1>11) 11 2>12T _}: position by position a step, one of burn-in in parentheses, or
     * padding, in which every column is zero.
     */
    static String window(Batch batch, int row) {
        int positions = batch.column(Windows.VALID).shape().get(0);
        List<String> texts = new ArrayList<>();
        int steps = 0;
        int burnIn = 0;
        for (int p = 0; p < positions; p++) {
            boolean burning = at(batch, Windows.BURN_IN, row, p).equals("1");
            if (at(batch, Windows.VALID, row, p).equals("1")) {
                String step = at(batch, "observation", row, p)
                        + " " + at(batch, "action", row, p)
                        + ">" + at(batch, "next/observation", row, p)
                        + (at(batch, Schema.TERMINATED, row, p).equals("1") ? "T" : "")
                        + (at(batch, Schema.TRUNCATED, row, p).equals("1") ? "C" : "");
                texts.add(burning ? "(" + step + ")" : step);
                steps++;
                burnIn += burning ? 1 : 0;
            } else {
                texts.add("_");
                for (String name : batch.names()) {
                    if (!name.startsWith(Schema.STATES) && !name.startsWith(Schema.FIRST)) {
                        List<String> values = values(batch.column(name), row);
                        int length = values.size() / positions;
                        assertThat(values.subList(p * length, (p + 1) * length))
                                .as("padding of column %s at position=%d", name, p)
                                .containsOnly("0");
                    }
                }
            }
        }
        assertThat(batch.steps(row)).as("steps of %s", texts).isEqualTo(steps);
        assertThat(batch.burnIn(row)).as("burn-in of %s", texts).isEqualTo(burnIn);
        return String.join(" ", texts);
    }

    /** All columns of a place, by name. */
    static Map<String, String> columns(Batch batch, int row) {
        Map<String, String> columns = new LinkedHashMap<>();
        batch.names().forEach(name -> columns.put(name, String.join(" ", values(batch.column(name), row))));
        return columns;
    }

    /** A column's value in one place; if it is not scalar, in brackets. */
    static String value(Batch batch, String name, int row) {
        Column column = batch.column(name);
        List<String> values = values(column, row);
        return column.shape().isEmpty() ? values.get(0) : values.stream().collect(Collectors.joining(" ", "[", "]"));
    }

    private static String at(Batch batch, String name, int row, int position) {
        Column column = batch.column(name);
        List<String> values = values(column, row);
        int length = values.size() / column.shape().get(0);
        List<String> part = values.subList(position * length, (position + 1) * length);
        return column.shape().size() == 1 ? part.get(0) : part.stream().collect(Collectors.joining(" ", "[", "]"));
    }

    /** The elements of a column in one place. */
    static List<String> values(Column column, int row) {
        int count = column.rowLength() / column.dtype().length();
        List<String> values = new ArrayList<>();
        for (int i = row * count; i < (row + 1) * count; i++) {
            values.add(text(number(column, i)));
        }
        return values;
    }

    /** A number, without a fraction if it has none. */
    static String text(double number) {
        long whole = (long) number;
        return Double.compare((double) whole, number) == 0 ? Long.toString(whole) : Double.toString(number);
    }

    private static double number(Column column, int index) {
        DType dtype = column.dtype();
        ByteBuffer bytes = column.bytes();
        return switch (dtype) {
            case F32 -> column.floats().get(index);
            case F64 -> column.doubles().get(index);
            case I64 -> (double) column.longs().get(index);
            case I32 -> column.ints().get(index);
            case I16 -> column.shorts().get(index);
            case U8 -> Byte.toUnsignedInt(bytes.get(index));
            case I8, BOOL -> bytes.get(index);
        };
    }
}
