package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Columns;
import io.engram.replay.Field;
import io.engram.replay.ReplayException;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Role;
import io.engram.replay.Schema;
import io.engram.replay.SchemaException;
import io.engram.replay.StreamException;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Plays a history into a memory, through streams {@code stream-0...} and one vector writer of {@code lane-0...}. */
final class MemoryActors implements Actors, AutoCloseable {
    private final ReplayMemory memory;
    private final Schema schema;
    private final List<StreamWriter> writers = new ArrayList<>();
    private final VectorWriter vector;
    private final Columns laneColumns;
    private int calls;

    MemoryActors(ReplayMemory memory, int streams, int lanes) {
        this.memory = memory;
        this.schema = memory.schema();
        for (int i = 0; i < streams; i++) {
            writers.add(memory.writer("stream-" + i));
        }
        vector = memory.vectorWriter(
                IntStream.range(0, lanes).mapToObj(i -> "lane-" + i).toList());
        laneColumns = vector.newColumns();
    }

    @Override
    public long begin(int stream, long state) {
        StreamWriter writer = writers.get(stream);
        Values.stage(writer, schema, Role.STATE, state);
        return writer.begin();
    }

    @Override
    public long step(int stream, Step step) {
        StreamWriter writer = writers.get(stream);
        Values.stage(writer, schema, Role.STEP, step.step());
        Values.stage(writer, schema, Role.STATE, step.next());
        return writer.step(step.terminated(), step.truncated());
    }

    @Override
    public long stepAll(int stream, List<Step> steps) {
        Columns columns = Columns.allocate(schema, steps.size() + 1);
        fill(columns, steps);
        return writers.get(stream).stepAll(columns, steps.size());
    }

    @Override
    public void prioritize(int stream, double priority) {
        writers.get(stream).prioritize(priority);
    }

    @Override
    public void abandon(int stream) {
        writers.get(stream).abandon();
    }

    @Override
    public void reopen(int stream) {
        String name = writers.get(stream).stream();
        writers.get(stream).close();
        writers.set(stream, memory.writer(name));
    }

    @Override
    public void vectorBegin(List<Step> states, boolean[] lanes) {
        fill(laneColumns, states);
        if (allTrue(lanes)) {
            vector.begin(laneColumns);
        } else {
            vector.begin(laneColumns, lanes);
        }
    }

    @Override
    public void vectorStep(List<Step> steps, boolean[] transitions) {
        fill(laneColumns, steps);
        if (allTrue(transitions)) {
            vector.step(laneColumns);
        } else {
            vector.step(laneColumns, transitions);
        }
    }

    @Override
    public void vectorAbandon(int lane) {
        vector.abandon(lane);
    }

    @Override
    public void misuse(int stream) {
        StreamWriter writer = writers.get(stream);
        Columns columns = Columns.allocate(schema, 2);
        switch (calls++ % 6) {
            case 0 -> assertThatThrownBy(() -> writer.step(true, false)).isInstanceOf(ReplayException.class);
            case 1 -> assertThatThrownBy(writer::begin).isInstanceOf(SchemaException.class);
            case 2 -> assertThatThrownBy(() -> memory.writer(writer.stream())).isInstanceOf(StreamException.class);
            case 3 -> assertThatThrownBy(() -> writer.stepAll(columns, 3)).isInstanceOf(IllegalArgumentException.class);
            case 4 -> {
                columns.column(Schema.TRUNCATED).buffer().put(1, (byte) 2);
                assertThatThrownBy(() -> writer.stepAll(columns, 2)).isInstanceOf(SchemaException.class);
            }
            default -> {
                boolean[] tooLong = new boolean[vector.streams().size() + 1];
                assertThatThrownBy(() -> vector.step(laneColumns, tooLong))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    @Override
    public void close() {
        writers.forEach(StreamWriter::close);
        vector.close();
    }

    private void fill(Columns columns, List<Step> steps) {
        for (int row = 0; row < steps.size(); row++) {
            Step step = steps.get(row);
            for (Field field : schema.fields()) {
                if (field.role() == Role.STATE) {
                    Values.put(columns.column(field.name()), row, Values.bytes(field, step.state()));
                    Values.put(columns.column(Schema.NEXT + field.name()), row, Values.bytes(field, step.next()));
                } else {
                    Values.put(columns.column(field.name()), row, Values.bytes(field, step.step()));
                }
            }
            columns.column(Schema.TERMINATED).buffer().put(row, (byte) (step.terminated() ? 1 : 0));
            columns.column(Schema.TRUNCATED).buffer().put(row, (byte) (step.truncated() ? 1 : 0));
        }
    }

    private static boolean allTrue(boolean[] mask) {
        for (boolean set : mask) {
            if (!set) {
                return false;
            }
        }
        return true;
    }
}
