package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
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
import io.engram.replay.StagedField;
import io.engram.replay.StreamWriter;
import java.util.EnumSet;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is set through every typed setter comes back through the column's view of that type. */
public abstract class ValueContract extends MemoryContract {
    @ParameterizedTest
    @EnumSource
    void scalarsComeBack(RowLayout layout) {
        ReplayMemory memory = memory(oneOfEach(layout), 4);
        StreamWriter writer = memory.writer("a");
        writer.field("observation").set(true);
        writer.begin();
        writer.field("observation").set(false);
        writer.field("f32").set(-0.0f);
        writer.field("f64").set(Double.MIN_VALUE);
        writer.field("i8").set(-128);
        writer.field("i16").set(-32768L);
        writer.field("i32").set(Integer.MIN_VALUE);
        writer.field("i64").set(Long.MIN_VALUE);
        writer.field("u8").set(255);
        writer.step(false, false);
        Batch batch = sampleOne(memory);
        assertThat(batch.column("observation").bytes().get(0)).isEqualTo((byte) 1);
        assertThat(batch.column("next/observation").bytes().get(0)).isEqualTo((byte) 0);
        assertThat(Float.floatToRawIntBits(batch.column("f32").floats().get(0))).isEqualTo(Integer.MIN_VALUE);
        assertThat(batch.column("f64").doubles().get(0)).isEqualTo(Double.MIN_VALUE);
        assertThat(batch.column("i8").bytes().get(0)).isEqualTo((byte) -128);
        assertThat(batch.column("i16").shorts().get(0)).isEqualTo((short) -32768);
        assertThat(batch.column("i32").ints().get(0)).isEqualTo(Integer.MIN_VALUE);
        assertThat(batch.column("i64").longs().get(0)).isEqualTo(Long.MIN_VALUE);
        assertThat(batch.column("u8").bytes().get(0)).isEqualTo((byte) 255);
        assertThatThrownBy(() -> batch.column("u8").floats())
                .isInstanceOf(SchemaException.class)
                .hasMessageContainingAll("'u8'", "floats");
    }

    @ParameterizedTest
    @EnumSource
    void largestScalarsComeBack(RowLayout layout) {
        ReplayMemory memory = memory(oneOfEach(layout), 4);
        StreamWriter writer = memory.writer("a");
        writer.field("observation").set(false);
        writer.begin();
        writer.field("observation").set(true);
        // Last to first: a setter that writes too much would spoil the neighbour that was set before.
        writer.field("u8").set(0L);
        writer.field("i64").set(7);
        writer.field("i32").set((long) Integer.MAX_VALUE);
        writer.field("i16").set(32767);
        writer.field("i8").set(127L);
        writer.field("f64").set(0.1f);
        writer.field("f32").set(Float.MAX_VALUE);
        writer.step(false, false);
        Batch batch = sampleOne(memory);
        assertThat(batch.column("f32").floats().get(0)).isEqualTo(Float.MAX_VALUE);
        assertThat(batch.column("f64").doubles().get(0)).isEqualTo((double) 0.1f);
        assertThat(batch.column("i8").bytes().get(0)).isEqualTo((byte) 127);
        assertThat(batch.column("i16").shorts().get(0)).isEqualTo((short) 32767);
        assertThat(batch.column("i32").ints().get(0)).isEqualTo(Integer.MAX_VALUE);
        assertThat(batch.column("i64").longs().get(0)).isEqualTo(7);
        assertThat(batch.column("u8").bytes().get(0)).isEqualTo((byte) 0);
    }

    @ParameterizedTest
    @EnumSource
    void arraysComeBack(RowLayout layout) {
        Schema.Builder builder = Schema.builder().observation(DType.BOOL, 3).rowLayout(layout);
        for (DType dtype : DType.values()) {
            builder.add(Field.step(dtype.text(), dtype, 3));
        }
        ReplayMemory memory = memory(builder.build(), 4);
        StreamWriter writer = memory.writer("a");
        writer.field("observation").set(new boolean[] {true, false, true});
        writer.begin();
        writer.field("observation").set(new UnsafeBuffer(new byte[] {9, 0, 1, 1}), 1);
        writer.field("f32").set(new float[] {1, Float.NaN, 3});
        writer.field("f64").set(new double[] {1, 2, Double.NEGATIVE_INFINITY});
        writer.field("i8").set(new byte[] {1, -2, 3});
        writer.field("i16").set(new short[] {1, -2, 3});
        writer.field("i32").set(new int[] {1, -2, 3});
        writer.field("i64").set(new long[] {1, -2, 3});
        writer.field("u8").set(new byte[] {1, -2, 3});
        writer.field("bool").set(new byte[] {0, 1, 0});
        writer.step(false, false);
        Batch batch = sampleOne(memory);
        assertThat(Values.get(batch.column("observation"), 0)).containsExactly(1, 0, 1);
        assertThat(Values.get(batch.column("next/observation"), 0)).containsExactly(0, 1, 1);
        assertThat(batch.column("f32").floats().get(1)).isNaN();
        assertThat(batch.column("f64").doubles().get(2)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Values.get(batch.column("i8"), 0)).containsExactly(1, -2, 3);
        assertThat(batch.column("i16").shorts().get(1)).isEqualTo((short) -2);
        assertThat(batch.column("i32").ints().get(1)).isEqualTo(-2);
        assertThat(batch.column("i64").longs().get(1)).isEqualTo(-2);
        assertThat(Values.get(batch.column("u8"), 0)).containsExactly(1, -2, 3);
        assertThat(Values.get(batch.column("bool"), 0)).containsExactly(0, 1, 0);
    }

    @ParameterizedTest
    @EnumSource
    void bufferThatIsTooShortOrNotBooleanIsRefused(RowLayout layout) {
        Schema schema =
                Schema.builder().observation(DType.BOOL, 3).rowLayout(layout).build();
        StreamWriter writer = memory(schema, 4).writer("a");
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[] {0, 1, 2, 0});
        assertThatThrownBy(() -> writer.field("observation").set(buffer, 0))
                .isInstanceOf(SchemaException.class)
                .hasMessageContainingAll("'observation'", "value=2", "element 2");
        assertThatThrownBy(() -> writer.field("observation").set(buffer, 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(writer::begin).isInstanceOf(SchemaException.class).hasMessageContaining("not staged");
    }

    @ParameterizedTest
    @EnumSource
    void everySetterRefusesOtherTypesAndLengths(DType dtype) {
        Schema schema = Schema.builder()
                .add(Field.state("scalar", dtype))
                .add(Field.state("array", dtype, 3))
                .build();
        StreamWriter writer = memory(schema, 4).writer("a");
        for (String name : List.of("scalar", "array")) {
            StagedField field = writer.field(name);
            int elements = field.field().elements();
            boolean integer = EnumSet.of(DType.I8, DType.I16, DType.I32, DType.I64, DType.U8)
                    .contains(dtype);
            boolean scalar = elements == 1;
            expect(field, scalar && (dtype == DType.F32 || dtype == DType.F64), () -> field.set(1f));
            expect(field, scalar && dtype == DType.F64, () -> field.set(1d));
            expect(field, scalar && integer, () -> field.set(1));
            expect(field, scalar && integer, () -> field.set(1L));
            expect(field, scalar && dtype == DType.BOOL, () -> field.set(true));
            for (int length = 0; length <= elements + 1; length++) {
                int given = length;
                boolean fits = length == elements;
                expect(field, fits && dtype == DType.F32, () -> field.set(new float[given]));
                expect(field, fits && dtype == DType.F64, () -> field.set(new double[given]));
                expect(field, fits && dtype.length() == 1, () -> field.set(new byte[given]));
                expect(field, fits && dtype == DType.I16, () -> field.set(new short[given]));
                expect(field, fits && dtype == DType.I32, () -> field.set(new int[given]));
                expect(field, fits && dtype == DType.I64, () -> field.set(new long[given]));
                expect(field, fits && dtype == DType.BOOL, () -> field.set(new boolean[given]));
            }
        }
    }

    private static void expect(StagedField field, boolean fits, ThrowingCallable setter) {
        if (fits) {
            assertThatCode(setter).as("%s", field.field()).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(setter)
                    .as("%s", field.field())
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContainingAll(
                            "'" + field.field().name() + "'",
                            field.field().dtype().text());
        }
    }

    private static Schema oneOfEach(RowLayout layout) {
        Schema.Builder builder = Schema.builder().observation(DType.BOOL).rowLayout(layout);
        for (DType dtype : DType.values()) {
            if (dtype != DType.BOOL) {
                builder.add(Field.step(dtype.text(), dtype));
            }
        }
        return builder.build();
    }

    private static Batch sampleOne(ReplayMemory memory) {
        try (Sampler sampler = memory.sampler(SamplerSpec.uniform("one", 1).build())) {
            return sampler.sample(sampler.newBatch());
        }
    }
}
