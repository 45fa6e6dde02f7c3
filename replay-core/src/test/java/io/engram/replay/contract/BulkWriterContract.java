package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Columns;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SchemaException;
import io.engram.replay.StreamException;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What writers of many steps at a time promise: {@code stepAll} and the vector writer. */
public abstract class BulkWriterContract extends MemoryContract {
    @ParameterizedTest
    @EnumSource
    void manyStepsGoOnWithTheOpenEpisodeAndBeginTheNextOnes(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20);
        StreamWriter writer = memory.writer("a");
        begin(writer, 10);
        Columns columns = Columns.allocate(memory.schema(), 6);
        put(columns, 0, 99, 1, 11, "");
        put(columns, 1, 99, 2, 12, "terminated");
        put(columns, 2, 20, 3, 21, "truncated");
        put(columns, 3, 30, 4, 31, "");
        put(columns, 4, 99, 5, 32, "");
        put(columns, 5, 99, 6, 99, "terminated");
        long last = writer.stepAll(columns, 5);
        assertThat(last).isEqualTo(layout == RowLayout.ARRIVAL ? 7 : 4);
        assertThat(writer.inEpisode()).isTrue();
        step(writer, 7, 33, true, false);
        assertThat(contents(memory))
                .containsExactly(
                        "10 1 11",
                        "11 2 12 terminated",
                        "20 3 21 truncated",
                        "30 4 31",
                        "31 5 32",
                        "32 7 33 terminated");
    }

    @ParameterizedTest
    @EnumSource
    void manyStepsBeginWhereNoEpisodeIsOpenAndMayEndWithOne(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20);
        StreamWriter writer = memory.writer("a");
        Columns columns = Columns.allocate(memory.schema(), 2);
        put(columns, 0, 10, 1, 11, "");
        put(columns, 1, 99, 2, 12, "truncated");
        writer.stepAll(columns, 2);
        assertThat(writer.inEpisode()).isFalse();
        writer.stepAll(columns, 1);
        assertThat(contents(memory)).containsExactly("10 1 11", "11 2 12 truncated", "10 1 11");
    }

    @ParameterizedTest
    @EnumSource
    void manyStepsAreAppendedAllOrNone(RowLayout layout) {
        ReplayMemory memory = memory(masked(layout), 20);
        StreamWriter writer = memory.writer("a");
        Columns columns = Columns.allocate(memory.schema(), 3);
        long size = memory.size();
        for (String name : List.of("terminated", "truncated", "next/mask", "ok")) {
            columns.column(name).buffer().put(2, (byte) 2);
            assertThatThrownBy(() -> writer.stepAll(columns, 3))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining("'" + name + "'")
                    .hasMessageContaining("row 2");
            columns.column(name).buffer().put(2, (byte) 0);
        }
        columns.column("mask").buffer().put(0, (byte) -1);
        assertThatThrownBy(() -> writer.stepAll(columns, 3))
                .isInstanceOf(SchemaException.class)
                .hasMessageContainingAll("'mask'", "row 0");
        assertThat(writer.inEpisode()).isFalse();
        assertThat(memory.size()).isEqualTo(size);
        columns.column("mask").buffer().put(0, (byte) 1);
        columns.column("mask").buffer().put(1, (byte) 77);
        writer.stepAll(columns, 3);
        assertThat(memory.stats().appendedTransitions()).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void manyStepsMayFillTheMemoryButNotMore(RowLayout layout) {
        ReplayMemory memory = longs(layout, 4);
        StreamWriter writer = memory.writer("a");
        begin(writer, 10);
        Columns columns = Columns.allocate(memory.schema(), 5);
        for (int row = 0; row < 5; row++) {
            put(columns, row, 99, row, 11 + row, "");
        }
        assertThatThrownBy(() -> writer.stepAll(columns, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("count=5", "capacity=4");
        assertThat(contents(memory)).isEmpty();
        writer.stepAll(columns, 4);
        List<String> all = List.of("10 0 11", "11 1 12", "12 2 13", "13 3 14");
        assertThat(contents(memory)).isEqualTo(layout == RowLayout.ARRIVAL ? all.subList(1, 4) : all);
    }

    @ParameterizedTest
    @EnumSource
    void statesThatBeginEpisodesWithinManyStepsAreCheckedAndCounted(RowLayout layout) {
        ReplayMemory memory = memory(masked(layout), 4);
        StreamWriter writer = memory.writer("a");
        Columns columns = Columns.allocate(memory.schema(), 4);
        columns.column("terminated").buffer().put(1, (byte) 1);
        columns.column("mask").buffer().put(2, (byte) 2);
        assertThatThrownBy(() -> writer.stepAll(columns, 3))
                .isInstanceOf(SchemaException.class)
                .hasMessageContainingAll("'mask'", "row 2");
        columns.column("mask").buffer().put(2, (byte) 1);
        if (layout == RowLayout.ARRIVAL) {
            assertThatThrownBy(() -> writer.stepAll(columns, 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("count=3", "rows=5", "capacity=4");
        } else {
            writer.stepAll(columns, 4);
        }
        assertThat(memory.stats().appendedRows()).isEqualTo(layout == RowLayout.ARRIVAL ? 0 : 4);
    }

    @ParameterizedTest
    @EnumSource
    void badCountsAndColumnsAreRefused(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        StreamWriter writer = memory.writer("a");
        Columns columns = Columns.allocate(memory.schema(), 3);
        for (int count : new int[] {-1, 0, 4}) {
            assertThatThrownBy(() -> writer.stepAll(columns, count))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("count=" + count, "rows=3");
        }
        for (String missing : Columns.names(memory.schema())) {
            List<String> others = Columns.names(memory.schema()).stream()
                    .filter(name -> !name.equals(missing))
                    .toList();
            Columns some = Columns.allocate(memory.schema(), others, 3);
            assertThatThrownBy(() -> writer.stepAll(some, 1))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining("'" + missing + "'");
        }
        Columns others = Columns.allocate(
                Schema.builder().observation(DType.I64, 1).action(DType.I64).build(), 3);
        assertThatThrownBy(() -> writer.stepAll(others, 1))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("observation");
        assertThat(memory.size()).isZero();
        writer.stepAll(columns, 3);
        writer.close();
        assertThatThrownBy(() -> writer.stepAll(columns, 1)).isInstanceOf(StreamException.class);
    }

    @ParameterizedTest
    @EnumSource
    void positionsAndByteOrderOfTheUsersBuffersDoNotMatter(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        Columns columns = Columns.allocate(memory.schema(), 2);
        put(columns, 0, 10, 1, 11, "");
        put(columns, 1, 99, 2, 12, "terminated");
        columns.all().forEach(column -> column.buffer().limit(1).order(ByteOrder.BIG_ENDIAN));
        memory.writer("a").stepAll(columns, 2);
        assertThat(contents(memory)).containsExactly("10 1 11", "11 2 12 terminated");
    }

    @ParameterizedTest
    @EnumSource
    void lanesAreStreamsOfTheirOwn(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20);
        VectorWriter writer = memory.vectorWriter(List.of("a", "b"));
        assertThat(writer.streams()).containsExactly("a", "b");
        assertThat(writer.newColumns().rows()).isEqualTo(2);
        Columns columns = writer.newColumns();
        put(columns, 0, 10, 0, 0, "");
        put(columns, 1, 20, 0, 0, "");
        writer.begin(columns);
        put(columns, 0, 99, 1, 11, "");
        put(columns, 1, 99, 2, 21, "");
        writer.step(columns);
        put(columns, 0, 99, 3, 12, "");
        put(columns, 1, 99, 4, 22, "truncated");
        writer.step(columns);
        assertThat(contents(memory)).containsExactlyInAnyOrder("10 1 11", "20 2 21", "11 3 12", "21 4 22 truncated");
    }

    @ParameterizedTest
    @EnumSource
    void stepAfterAnEndBeginsTheNextEpisodeInNextStepAutoreset(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20);
        VectorWriter writer = memory.vectorWriter(List.of("a", "b"));
        Columns columns = writer.newColumns();
        put(columns, 0, 10, 0, 0, "");
        put(columns, 1, 20, 0, 0, "");
        writer.begin(columns);
        put(columns, 0, 99, 1, 11, "terminated");
        put(columns, 1, 99, 2, 21, "");
        writer.step(columns);
        assertThatThrownBy(() -> writer.step(columns))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("'a'");
        put(columns, 0, 99, 77, 30, "");
        put(columns, 1, 99, 3, 22, "");
        writer.step(columns, new boolean[] {false, true});
        put(columns, 0, 99, 4, 31, "");
        put(columns, 1, 99, 5, 23, "");
        writer.step(columns);
        assertThat(contents(memory))
                .containsExactlyInAnyOrder("10 1 11 terminated", "20 2 21", "21 3 22", "30 4 31", "22 5 23");
    }

    @ParameterizedTest
    @EnumSource
    void beginAfterAnEndKeepsTheTrueLastObservationInSameStepAutoreset(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20);
        VectorWriter writer = memory.vectorWriter(List.of("a", "b"));
        Columns columns = writer.newColumns();
        put(columns, 0, 10, 0, 0, "");
        put(columns, 1, 20, 0, 0, "");
        writer.begin(columns);
        put(columns, 0, 99, 1, 11, "");
        put(columns, 1, 99, 2, 29, "truncated");
        writer.step(columns);
        put(columns, 0, 99, 0, 0, "");
        put(columns, 1, 30, 0, 0, "");
        writer.begin(columns, new boolean[] {false, true});
        put(columns, 0, 99, 3, 12, "");
        put(columns, 1, 99, 4, 31, "");
        writer.step(columns);
        assertThat(contents(memory)).containsExactlyInAnyOrder("10 1 11", "20 2 29 truncated", "11 3 12", "30 4 31");
    }

    @ParameterizedTest
    @EnumSource
    void lanesAreWrittenAllOrNone(RowLayout layout) {
        ReplayMemory memory = memory(masked(layout), 20);
        VectorWriter writer = memory.vectorWriter(List.of("a", "b"));
        Columns columns = writer.newColumns();
        columns.column("mask").buffer().put(1, (byte) 2);
        assertThatThrownBy(() -> writer.begin(columns))
                .isInstanceOf(SchemaException.class)
                .hasMessageContainingAll("'mask'", "row 1");
        assertThatThrownBy(() -> writer.step(columns)).isInstanceOf(StreamException.class);
        writer.begin(columns, new boolean[] {true, false});
        long size = memory.size();
        assertThatThrownBy(() -> writer.step(columns))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("'b'");
        columns.column("mask").buffer().put(1, (byte) 0);
        writer.begin(columns, new boolean[] {false, true});
        size += layout == RowLayout.ARRIVAL ? 1 : 0;
        for (String name : List.of("terminated", "truncated", "next/mask", "ok")) {
            columns.column(name).buffer().put(1, (byte) 3);
            assertThatThrownBy(() -> writer.step(columns))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining("row 1");
            columns.column(name).buffer().put(1, (byte) 0);
        }
        assertThat(memory.size()).isEqualTo(size);
        assertThat(memory.stats().appendedTransitions()).isZero();
        writer.step(columns);
        assertThat(memory.size()).isEqualTo(size + 2);
    }

    @ParameterizedTest
    @EnumSource
    void badMasksAndColumnsOfLanesAreRefused(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20);
        VectorWriter writer = memory.vectorWriter(List.of("a", "b"));
        Columns columns = writer.newColumns();
        writer.begin(columns);
        long size = memory.size();
        assertThatThrownBy(() -> writer.begin(columns, new boolean[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("length=1", "lanes=2");
        assertThatThrownBy(() -> writer.step(columns, new boolean[3])).isInstanceOf(IllegalArgumentException.class);
        Columns three = Columns.allocate(memory.schema(), 3);
        assertThatThrownBy(() -> writer.step(three))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("rows=3", "lanes=2");
        Columns some = Columns.allocate(memory.schema(), List.of("action"), 2);
        assertThatThrownBy(() -> writer.begin(some)).isInstanceOf(SchemaException.class);
        assertThatThrownBy(() -> writer.step(some)).isInstanceOf(SchemaException.class);
        assertThat(memory.size()).isEqualTo(size);
        writer.step(columns);
        assertThat(memory.size()).isEqualTo(size + 2);
    }

    @ParameterizedTest
    @EnumSource
    void abandonedLaneNeedsANewEpisode(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20);
        VectorWriter writer = memory.vectorWriter(List.of("a", "b"));
        Columns columns = writer.newColumns();
        writer.begin(columns);
        writer.abandon(1);
        assertThatThrownBy(() -> writer.step(columns))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("'b'");
        put(columns, 1, 99, 0, 40, "");
        writer.step(columns, new boolean[] {true, false});
        put(columns, 0, 99, 5, 1, "");
        put(columns, 1, 99, 6, 41, "");
        writer.step(columns);
        assertThat(contents(memory)).containsExactlyInAnyOrder("0 0 0", "0 5 1", "40 6 41");
    }

    @Test
    void moreLanesThanCapacityCannotAppend() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 1);
        VectorWriter writer = memory.vectorWriter(List.of("a", "b"));
        Columns columns = writer.newColumns();
        assertThatThrownBy(() -> writer.begin(columns))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("rows=2", "capacity=1");
        writer.begin(columns, new boolean[] {false, true});
        assertThat(memory.size()).isEqualTo(1);
    }

    @Test
    void lanesAreOpenedAllOrNone() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        StreamWriter b = memory.writer("b");
        for (List<String> names :
                List.of(List.of("a", "b"), List.of("a", "a"), List.of("a", "x\n"), List.<String>of())) {
            assertThatThrownBy(() -> memory.vectorWriter(names)).isInstanceOf(StreamException.class);
        }
        memory.writer("a").close();
        b.close();
        VectorWriter writer = memory.vectorWriter(List.of("a", "b"));
        assertThatThrownBy(() -> memory.writer("a")).isInstanceOf(StreamException.class);
        assertThatThrownBy(() -> memory.writer("b")).isInstanceOf(StreamException.class);
        writer.close();
        writer.close();
        Columns columns = writer.newColumns();
        assertThatThrownBy(() -> writer.begin(columns)).isInstanceOf(StreamException.class);
        assertThatThrownBy(() -> writer.step(columns)).isInstanceOf(StreamException.class);
        assertThatThrownBy(() -> writer.abandon(0)).isInstanceOf(StreamException.class);
        assertThat(memory.writer("a").inEpisode()).isFalse();
        assertThat(memory.writer("b").inEpisode()).isFalse();
    }

    private static Schema masked(RowLayout layout) {
        return Schema.builder()
                .observation(DType.I64)
                .add(Field.state("mask", DType.BOOL))
                .add(Field.step("ok", DType.BOOL))
                .rowLayout(layout)
                .build();
    }

    private static void put(Columns columns, int row, long state, long action, long next, String flag) {
        columns.column("observation").longs().put(row, state);
        columns.column("action").longs().put(row, action);
        columns.column("next/observation").longs().put(row, next);
        columns.column("terminated").buffer().put(row, (byte) (flag.equals("terminated") ? 1 : 0));
        columns.column("truncated").buffer().put(row, (byte) (flag.equals("truncated") ? 1 : 0));
    }
}
