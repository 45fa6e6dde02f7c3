package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SchemaException;
import io.engram.replay.StreamException;
import io.engram.replay.StreamWriter;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a writer of one stream promises, step by step. */
public abstract class WriterContract extends MemoryContract {
    @Test
    void arrivalRowsAreNumberedInOrderOfAppendWithFirstStates() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 10);
        StreamWriter writer = memory.writer("a");
        assertThat(begin(writer, 10)).isEqualTo(0);
        assertThat(step(writer, 1, 11)).isEqualTo(1);
        assertThat(step(writer, 2, 12, true, false)).isEqualTo(2);
        assertThat(begin(writer, 20)).isEqualTo(3);
        assertThat(memory.size()).isEqualTo(4);
        assertThat(transitions(memory)).containsExactly("0: 10 1 11", "1: 11 2 12 terminated");
    }

    @Test
    void selfContainedRowsAreNumberedInOrderOfAppendWithoutFirstStates() {
        ReplayMemory memory = longs(RowLayout.SELF_CONTAINED, 10);
        StreamWriter writer = memory.writer("a");
        assertThat(begin(writer, 10)).isEqualTo(StreamWriter.NO_ROW);
        assertThat(memory.size()).isZero();
        assertThat(step(writer, 1, 11)).isEqualTo(0);
        assertThat(step(writer, 2, 12, false, true)).isEqualTo(1);
        assertThat(begin(writer, 20)).isEqualTo(StreamWriter.NO_ROW);
        assertThat(memory.size()).isEqualTo(2);
        assertThat(transitions(memory)).containsExactly("0: 10 1 11", "1: 11 2 12 truncated");
    }

    @ParameterizedTest
    @EnumSource
    void eitherFlagEndsTheEpisodeAndBothAreKept(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20);
        StreamWriter writer = memory.writer("a");
        for (int flags = 1; flags < 4; flags++) {
            begin(writer, flags * 10L);
            assertThat(writer.inEpisode()).isTrue();
            step(writer, flags, flags * 10L + 1, (flags & 1) != 0, (flags & 2) != 0);
            assertThat(writer.inEpisode()).isFalse();
            assertThatThrownBy(() -> step(writer, 0, 0))
                    .isInstanceOf(StreamException.class)
                    .hasMessageContaining("'a'");
        }
        assertThat(contents(memory))
                .containsExactly("10 1 11 terminated", "20 2 21 truncated", "30 3 31 terminated truncated");
    }

    @ParameterizedTest
    @EnumSource
    void lastObservationIsTheTrueOneAndNotTheNextEpisodesFirst(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20);
        StreamWriter writer = memory.writer("a");
        begin(writer, 10);
        step(writer, 1, 19, false, true);
        begin(writer, 20);
        step(writer, 2, 29, true, false);
        begin(writer, 30);
        assertThat(contents(memory)).containsExactly("10 1 19 truncated", "20 2 29 terminated");
    }

    @ParameterizedTest
    @EnumSource
    void abandonedEpisodeKeepsItsTransitionsAndHasNoFlags(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20);
        StreamWriter writer = memory.writer("a");
        writer.abandon();
        begin(writer, 10);
        step(writer, 1, 11);
        writer.abandon();
        writer.abandon();
        assertThat(writer.inEpisode()).isFalse();
        assertThatThrownBy(() -> step(writer, 9, 9)).isInstanceOf(StreamException.class);
        begin(writer, 20);
        step(writer, 2, 21);
        begin(writer, 30);
        step(writer, 3, 31);
        assertThat(contents(memory)).containsExactly("10 1 11", "20 2 21", "30 3 31");
    }

    @ParameterizedTest
    @EnumSource
    void interleavedStreamsNeverShareATransition(RowLayout layout) {
        ReplayMemory memory = longs(layout, 40);
        StreamWriter a = memory.writer("a");
        StreamWriter b = memory.writer("b");
        begin(a, 100);
        begin(b, 200);
        step(b, 1, 201);
        step(b, 2, 202);
        step(a, 3, 101);
        step(b, 4, 203, true, false);
        step(a, 5, 102);
        begin(b, 300);
        step(a, 6, 103, false, true);
        step(b, 7, 301);
        assertThat(contents(memory))
                .containsExactlyInAnyOrder(
                        "200 1 201",
                        "201 2 202",
                        "100 3 101",
                        "202 4 203 terminated",
                        "101 5 102",
                        "102 6 103 truncated",
                        "300 7 301");
    }

    @ParameterizedTest
    @ValueSource(strings = {"observation", "action", "reward"})
    void everyFieldMustBeStagedAnewForEveryStep(String left) {
        ReplayMemory memory = memory(Schemas.small(RowLayout.ARRIVAL), 10);
        StreamWriter writer = memory.writer("a");
        assertThatThrownBy(writer::begin).isInstanceOf(SchemaException.class).hasMessageContaining("'observation'");
        writer.begin(new float[4]);
        assertThatThrownBy(writer::begin).isInstanceOf(SchemaException.class).hasMessageContaining("'observation'");
        writer.step(1, 1f, new float[4], false, false);
        for (String name : memory.schema().fields().stream().map(Field::name).toList()) {
            if (!name.equals(left)) {
                stageSmall(writer, name);
            }
        }
        assertThatThrownBy(() -> writer.step(false, false))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("'" + left + "'");
        assertThat(memory.size()).isEqualTo(2);
        stageSmall(writer, left);
        assertThat(writer.step(false, false)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void beginForgetsAStepThatWasStagedBefore(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        StreamWriter writer = memory.writer("a");
        writer.field("action").set(7L);
        begin(writer, 10);
        writer.field("observation").set(11L);
        assertThatThrownBy(() -> writer.step(false, false))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("'action'");
    }

    @ParameterizedTest
    @EnumSource
    void callThatThrowsAppendsNothingAndKeepsWhatWasStaged(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        StreamWriter writer = memory.writer("a");
        writer.field("observation").set(10L);
        writer.field("action").set(1L);
        assertThatThrownBy(() -> writer.step(false, false)).isInstanceOf(StreamException.class);
        assertThatThrownBy(() -> writer.field("observation").set(1.5f)).isInstanceOf(SchemaException.class);
        assertThatThrownBy(() -> writer.field("observation").set(new long[2])).isInstanceOf(SchemaException.class);
        assertThatThrownBy(() -> writer.field("none").set(1)).isInstanceOf(SchemaException.class);
        writer.begin();
        writer.field("action").set(2L);
        assertThatThrownBy(() -> writer.step(true, false)).isInstanceOf(SchemaException.class);
        assertThat(writer.inEpisode()).isTrue();
        writer.field("observation").set(11L);
        writer.step(false, false);
        assertThatThrownBy(writer::begin).isInstanceOf(SchemaException.class);
        assertThat(writer.inEpisode()).isTrue();
        step(writer, 3, 12, true, false);
        assertThat(contents(memory)).containsExactly("10 2 11", "11 3 12 terminated");
    }

    @Test
    void valueThatDoesNotFitIsRefusedWithTheFieldsName() {
        Schema schema = Schema.builder()
                .observation(DType.U8)
                .action(DType.I8)
                .add(Field.step("flag", DType.BOOL, 2))
                .add(Field.step("short", DType.I16))
                .add(Field.step("float", DType.F32))
                .build();
        StreamWriter writer = memory(schema, 4).writer("a");
        refused(() -> writer.field("observation").set(-1), "'observation'", "value=-1", "0 to 255");
        refused(() -> writer.field("observation").set(256), "'observation'", "value=256", "0 to 255");
        refused(() -> writer.field("action").set(128L), "'action'", "value=128", "-128 to 127");
        refused(() -> writer.field("short").set(-32769), "'short'", "value=-32769", "-32768 to 32767");
        refused(() -> writer.field("flag").set(new byte[] {1, 2}), "'flag'", "value=2", "element 1");
        refused(() -> writer.field("flag").set(true), "'flag'", "2 elements");
        refused(() -> writer.field("float").set(1.0), "'float'", "f32");
        refused(() -> writer.field("float").set(1), "'float'", "f32");
        refused(() -> writer.begin(new float[1]), "'observation'", "u8");
        refused(() -> writer.step(1, 1f, new byte[1], false, false), "'reward'", "observation");
        refused(writer::begin, "'observation'", "not staged");
    }

    @ParameterizedTest
    @EnumSource
    void streamIsOpenOnceAtATimeAndBeginsAnewWhenReopened(RowLayout layout) {
        ReplayMemory memory = longs(layout, 20);
        StreamWriter first = memory.writer("a");
        assertThat(first.stream()).isEqualTo("a");
        begin(first, 10);
        step(first, 1, 11);
        assertThatThrownBy(() -> memory.writer("a"))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("'a'");
        first.close();
        first.close();
        StreamWriter second = memory.writer("a");
        first.close();
        assertThatThrownBy(() -> memory.writer("a")).isInstanceOf(StreamException.class);
        assertThat(second.inEpisode()).isFalse();
        assertThatThrownBy(() -> step(second, 2, 12)).isInstanceOf(StreamException.class);
        begin(second, 20);
        step(second, 3, 21);
        assertThat(contents(memory)).containsExactly("10 1 11", "20 3 21");
    }

    @Test
    void closedWriterRefusesEveryCall() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 20);
        StreamWriter writer = memory.writer("a");
        begin(writer, 10);
        writer.close();
        assertThat(writer.inEpisode()).isFalse();
        assertThatThrownBy(() -> begin(writer, 10)).isInstanceOf(StreamException.class);
        assertThatThrownBy(() -> step(writer, 1, 11)).isInstanceOf(StreamException.class);
        assertThatThrownBy(writer::abandon).isInstanceOf(StreamException.class);
        assertThat(memory.size()).isEqualTo(1);
    }

    @Test
    void badStreamNamesAreRefused() {
        ReplayMemory memory = longs(RowLayout.ARRIVAL, 20);
        for (String name : new String[] {"", "x".repeat(201), "a\nb", "\u0000"}) {
            assertThatThrownBy(() -> memory.writer(name)).isInstanceOf(StreamException.class);
        }
        assertThat(memory.writer("x".repeat(200)).stream()).hasSize(200);
        assertThat(memory.writer("actor 7/ß").stream()).isEqualTo("actor 7/ß");
    }

    @ParameterizedTest
    @EnumSource
    void convenienceCallsStageTheStandardFields(RowLayout layout) {
        ReplayMemory discrete = memory(Schemas.small(layout), 4);
        StreamWriter writer = discrete.writer("a");
        writer.begin(new float[] {1, 2, 3, 4});
        writer.step(7, 0.5f, new float[] {5, 6, 7, 8}, false, true);
        Batch batch = sampleOne(discrete);
        assertThat(batch.column("observation").floats().get(3)).isEqualTo(4f);
        assertThat(batch.column("action").ints().get(0)).isEqualTo(7);
        assertThat(batch.column("reward").floats().get(0)).isEqualTo(0.5f);
        assertThat(batch.column("next/observation").floats().get(0)).isEqualTo(5f);

        Schema bytes = Schema.builder()
                .observation(DType.U8, 2)
                .action(DType.I64)
                .reward()
                .rowLayout(layout)
                .build();
        ReplayMemory frames = memory(bytes, 4);
        StreamWriter frameWriter = frames.writer("a");
        frameWriter.begin(new byte[] {1, (byte) 255});
        frameWriter.step(-9, 1.5f, new byte[] {2, 3}, true, false);
        batch = sampleOne(frames);
        assertThat(batch.column("observation").buffer().get(1)).isEqualTo((byte) 255);
        assertThat(batch.column("action").longs().get(0)).isEqualTo(-9);
        assertThat(batch.column("next/observation").buffer().get(1)).isEqualTo((byte) 3);

        Schema floats = Schema.builder()
                .observation(DType.F32, 1)
                .action(DType.F32, 2)
                .reward()
                .rowLayout(layout)
                .build();
        ReplayMemory continuous = memory(floats, 4);
        StreamWriter continuousWriter = continuous.writer("a");
        continuousWriter.begin(new float[] {1});
        continuousWriter.step(new float[] {0.25f, -0.25f}, 2f, new float[] {2}, false, false);
        batch = sampleOne(continuous);
        assertThat(batch.column("action").floats().get(1)).isEqualTo(-0.25f);
        assertThat(batch.column("reward").floats().get(0)).isEqualTo(2f);
    }

    private static Batch sampleOne(ReplayMemory memory) {
        try (Sampler sampler = memory.sampler(SamplerSpec.uniform("one", 1).build())) {
            return sampler.sample(sampler.newBatch());
        }
    }

    private static void stageSmall(StreamWriter writer, String name) {
        switch (name) {
            case "observation" -> writer.field(name).set(new float[4]);
            case "action" -> writer.field(name).set(1);
            default -> writer.field(name).set(1f);
        }
    }

    private static void refused(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(SchemaException.class).hasMessageContainingAll(parts);
    }
}
