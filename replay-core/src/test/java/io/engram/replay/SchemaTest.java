package io.engram.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.contract.Schemas;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SchemaTest {
    @Test
    void badNamesAreRefusedByName() {
        for (String name : new String[] {"a b", "a/", "/a", "a//b", "é", "a\n", "a[", "a,b", "a:"}) {
            refused(() -> Field.state(name, DType.F32), "'" + name + "'");
        }
        refused(() -> Field.step("", DType.F32), "empty name");
        refused(() -> Field.step("x".repeat(201), DType.F32), "'" + "x".repeat(40), "length=201", "limit=200");
        assertThat(Field.step("x".repeat(200), DType.F32).name()).hasSize(200);
        assertThat(Field.state("group_1/Sub-2/x.3", DType.F32).name()).isEqualTo("group_1/Sub-2/x.3");
    }

    @Test
    void badShapesAreRefusedWithTheFieldsName() {
        refused(() -> Field.state("camera", DType.U8, 4, 0), "'camera'", "shape=[4, 0]", "dimension 1=0");
        refused(() -> Field.state("camera", DType.U8, -1), "'camera'", "dimension 0=-1");
        refused(() -> Field.state("camera", DType.U8, (64 << 20) + 1), "'camera'", "limit is 67108864");
        refused(() -> Field.state("camera", DType.F64, Integer.MAX_VALUE, Integer.MAX_VALUE, 3), "'camera'");
        refused(() -> Field.state("camera", DType.F64, (8 << 20) + 1), "'camera'");
        assertThat(Field.state("camera", DType.F64, 8 << 20).length()).isEqualTo(64 << 20);
        assertThat(Field.state("camera", DType.F32).elements()).isEqualTo(1);
        assertThat(Field.state("camera", DType.F32, 2, 3).length()).isEqualTo(24);
    }

    @Test
    void reservedNamesAreRefusedByName() {
        for (String name : new String[] {"terminated", "truncated", "next", "next/observation"}) {
            refused(() -> Schema.builder().add(Field.state(name, DType.F32)).build(), "'" + name + "'", "reserved");
        }
        for (String name : new String[] {"terminated/x", "nextstate", "a/next", "a/terminated"}) {
            Schema schema = Schema.builder().add(Field.state(name, DType.F32)).build();
            assertThat(schema.contains(name)).isTrue();
        }
    }

    @Test
    void repeatedNamesAndPathsThroughFieldsAreRefusedByName() {
        refused(
                () -> Schema.builder()
                        .observation(DType.F32)
                        .observation(DType.F32)
                        .build(),
                "'observation'",
                "declared twice");
        refused(
                () -> Schema.builder()
                        .add(Field.step("a/b/c", DType.F32))
                        .add(Field.state("a/b", DType.F32))
                        .build(),
                "'a/b/c'",
                "'a/b'");
        refused(
                () -> Schema.builder()
                        .add(Field.state("a", DType.F32))
                        .add(Field.state("a/b/c", DType.F32))
                        .build(),
                "'a/b/c'",
                "'a'");
        assertThat(Schema.builder()
                        .add(Field.state("a/b", DType.F32))
                        .add(Field.state("a/bc", DType.F32))
                        .build()
                        .fields())
                .hasSize(2);
    }

    @Test
    void rowThatIsTooLongIsRefusedWithTheFieldThatMakesItSo() {
        Schema.Builder builder = Schema.builder()
                .add(Field.state("large", DType.U8, 40 << 20))
                .add(Field.step("small", DType.U8, 24 << 20));
        assertThat(builder.build().fields()).hasSize(2);
        refused(() -> builder.rowLayout(RowLayout.SELF_CONTAINED).build(), "'large'", "limit=67108864");
        refused(
                () -> builder.rowLayout(RowLayout.ARRIVAL)
                        .add(Field.step("more", DType.U8))
                        .build(),
                "'more'",
                "length so far=67108865");
    }

    @Test
    void schemaWithoutStateIsRefused() {
        refused(() -> Schema.builder().build(), "no STATE field");
        refused(() -> Schema.builder().reward().build(), "no STATE field");
    }

    @Test
    void unknownFieldIsRefusedWithTheNamesThereAre() {
        Schema schema = Schemas.small(RowLayout.ARRIVAL);
        refused(() -> schema.field("rewards"), "'rewards'", "[observation, action, reward]");
        assertThat(schema.contains("rewards")).isFalse();
        assertThat(schema.indexOf("reward")).isEqualTo(2);
        assertThat(schema.field("reward")).isEqualTo(Field.step("reward", DType.F32));
    }

    @Test
    void textIsWhatTheFormatSays() {
        Schema schema = Schema.builder()
                .observation(DType.U8, 84, 84)
                .action(DType.I32)
                .reward()
                .logProbability()
                .discount()
                .rowLayout(RowLayout.SELF_CONTAINED)
                .build();
        assertThat(schema.toText()).isEqualTo("""
                        layout self-contained
                        state observation u8[84,84]
                        step action i32[]
                        step reward f32[]
                        step log_probability f32[]
                        step discount f32[]
                        """);
        assertThat(schema).hasToString(schema.toText().strip().replace("\n", "; "));
    }

    @Test
    void randomSchemasComeBackFromTheirText() {
        for (long seed = 0; seed < 500; seed++) {
            Schema schema = Schemas.random(new SplitMix64(seed));
            Schema read = Schema.fromText(schema.toText());
            assertThat(read)
                    .as("seed=%d", seed)
                    .isEqualTo(schema)
                    .hasSameHashCodeAs(schema)
                    .hasToString(schema.toString());
        }
    }

    @Test
    void schemasThatDifferAnywhereAreNotEqual() {
        String text = "layout arrival\nstate a f32[2]\nstep b i32[]\n";
        Schema schema = Schema.fromText(text);
        for (String other : List.of(
                text.replace("arrival", "self-contained"),
                text.replace("state a", "state c"),
                text.replace("[2]", "[3]"),
                text.replace("[2]", "[2,1]"),
                text.replace("f32", "f64"),
                text.replace("step b", "state b"),
                "layout arrival\nstep b i32[]\nstate a f32[2]\n")) {
            assertThat(Schema.fromText(other)).as(other).isNotEqualTo(schema);
        }
        assertThat(schema).isNotEqualTo(null).isNotEqualTo(text);
    }

    @Test
    void unreadableTextIsRefusedWithItsLine() {
        String layout = "layout arrival\n";
        refused(() -> Schema.fromText("state a f32[]\n"), "no 'layout' line");
        refused(() -> Schema.fromText("layout zigzag\n"), "layout=zigzag");
        refused(() -> Schema.fromText(layout + layout + "state a f32[]\n"), "line='layout arrival'");
        for (String line : List.of(
                "state a f32",
                "state a f32[2",
                "state a f32[x]",
                "state a f32[99999999999]",
                "state a f32[2,]",
                "state a q7[2]",
                "stage a f32[]",
                "state a",
                "state a f32[] ",
                "hello")) {
            refused(() -> Schema.fromText(layout + line + "\n"), "line='" + line + "'");
        }
        refused(() -> Schema.fromText(layout + "state a f32[0]\n"), "'a'", "dimension 0=0");
        refused(() -> Schema.fromText(layout + "state next/a f32[]\n"), "'next/a'", "reserved");
    }

    private static void refused(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(SchemaException.class).hasMessageContainingAll(parts);
    }
}
