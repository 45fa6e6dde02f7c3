package io.engram.replay.contract;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Role;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.agrona.concurrent.UnsafeBuffer;

/** Plays a {@link Script} into a memory of any schema. Writers stay open. */
final class ScriptPlayer {
    private final ReplayMemory memory;
    private final Schema schema;
    private final Map<String, StreamWriter> writers = new HashMap<>();

    ScriptPlayer(ReplayMemory memory) {
        this.memory = memory;
        this.schema = memory.schema();
    }

    /** Plays on, and returns the memory. */
    static ReplayMemory play(ReplayMemory memory, String script) {
        new ScriptPlayer(memory).play(script);
        return memory;
    }

    /** Returns what the writers returned, one for each event. */
    List<Long> play(String script) {
        return play(Script.parse(script));
    }

    /** Returns what the writers returned, one for each event. */
    List<Long> play(List<Script.Event> events) {
        List<Long> sequences = new ArrayList<>();
        for (Script.Event event : events) {
            StreamWriter writer = writers.computeIfAbsent(event.stream(), memory::writer);
            long sequence = StreamWriter.NO_ROW;
            switch (event.kind()) {
                case BEGIN -> {
                    stageState(writer, event.state());
                    sequence = writer.begin();
                }
                case STEP -> {
                    Script.Step step = Objects.requireNonNull(event.step());
                    stageState(writer, event.state());
                    stageStep(writer, step);
                    sequence = writer.step(step.terminated(), step.truncated());
                }
                case ABANDON -> writer.abandon();
                case CLOSE -> {
                    writer.close();
                    writers.remove(event.stream());
                }
            }
            sequences.add(sequence);
        }
        return sequences;
    }

    /** The writer of a stream that was played. */
    StreamWriter writer(String stream) {
        return Objects.requireNonNull(writers.get(stream));
    }

    /** Element {@code index} of STATE field number {@code field} in a state; u8 keeps the lowest 8 bits. */
    static long stateElement(long state, int field, int index) {
        return state + index + 50L * field;
    }

    /** The value of a STEP field: its elements are all alike. */
    static double stepElement(Field field, Script.Step step) {
        return switch (field.name()) {
            case Field.REWARD -> step.reward();
            case Field.DISCOUNT -> step.discount();
            case "cost" -> 10 * step.reward();
            default -> (double) step.action();
        };
    }

    private void stageState(StreamWriter writer, long state) {
        int number = 0;
        for (Field field : schema.fields()) {
            if (field.role() == Role.STATE) {
                ByteBuffer bytes = buffer(field);
                for (int i = 0; i < field.elements(); i++) {
                    put(field.dtype(), bytes, (double) stateElement(state, number, i));
                }
                writer.field(field.name()).set(new UnsafeBuffer(bytes), 0);
                number++;
            }
        }
    }

    private void stageStep(StreamWriter writer, Script.Step step) {
        for (Field field : schema.fields()) {
            if (field.role() == Role.STEP) {
                ByteBuffer bytes = buffer(field);
                for (int i = 0; i < field.elements(); i++) {
                    put(field.dtype(), bytes, stepElement(field, step));
                }
                writer.field(field.name()).set(new UnsafeBuffer(bytes), 0);
            }
        }
    }

    private static ByteBuffer buffer(Field field) {
        return ByteBuffer.allocate(field.length()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void put(DType dtype, ByteBuffer bytes, double value) {
        switch (dtype) {
            case F32 -> bytes.putFloat((float) value);
            case F64 -> bytes.putDouble(value);
            case I64 -> bytes.putLong((long) value);
            case I32 -> bytes.putInt((int) value);
            case I16 -> bytes.putShort((short) value);
            case I8, U8 -> bytes.put((byte) (long) value);
            default -> throw new IllegalArgumentException("no script for dtype=" + dtype);
        }
    }
}
