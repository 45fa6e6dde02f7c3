package io.engram.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.contract.Schemas;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class ColumnsTest {
    private final Schema schema = Schemas.small(RowLayout.ARRIVAL);

    @Test
    void columnsOfASchemaAreItsStatesStepsNextStatesAndFlags() {
        assertThat(Columns.names(schema))
                .containsExactly("observation", "action", "reward", "next/observation", "terminated", "truncated");
        Columns columns = Columns.allocate(schema, 3);
        assertThat(columns.all().stream().map(Column::name)).containsExactlyElementsOf(Columns.names(schema));
        Column next = columns.column("next/observation");
        assertThat(next.dtype()).isEqualTo(DType.F32);
        assertThat(next.shape()).containsExactly(4);
        assertThat(next.rows()).isEqualTo(3).isEqualTo(columns.rows());
        assertThat(next.rowLength()).isEqualTo(16);
        assertThat(columns.column("truncated").dtype()).isEqualTo(DType.BOOL);
        assertThat(columns.contains("reward")).isTrue();
        assertThat(columns.contains("next/reward")).isFalse();
    }

    @Test
    void blocksAreAlignedZeroedNativeAndApart() {
        for (long seed = 0; seed < 50; seed++) {
            SplitMix64 random = new SplitMix64(seed);
            Schema some = Schemas.random(random);
            int rows = 1 + random.nextInt(9);
            Columns columns = Columns.allocate(some, rows);
            long end = 0;
            for (Column column : columns.all()) {
                UnsafeBuffer bytes = new UnsafeBuffer(column.buffer());
                assertThat(bytes.addressOffset() % 64).as("seed=%d", seed).isZero();
                assertThat(bytes.addressOffset()).as("seed=%d", seed).isGreaterThanOrEqualTo(end);
                assertThat(bytes.capacity()).as("seed=%d", seed).isEqualTo(rows * column.rowLength());
                assertThat(column.buffer().isDirect()).isTrue();
                assertThat(column.buffer().order()).isEqualTo(ByteOrder.nativeOrder());
                assertThat(allZero(bytes)).isTrue();
                end = bytes.addressOffset() + bytes.capacity();
            }
        }
    }

    @Test
    void viewsHaveTheirOwnPositionAndTheColumnsType() {
        Columns columns = Columns.allocate(schema, 2);
        Column reward = columns.column("reward");
        reward.buffer().position(3).limit(5);
        reward.floats().put(1, 2.5f);
        assertThat(reward.bytes().remaining()).isEqualTo(8);
        assertThat(reward.floats().get(1)).isEqualTo(2.5f);
        assertThatThrownBy(reward::doubles)
                .isInstanceOf(SchemaException.class)
                .hasMessageContainingAll("'reward'", "doubles", "dtype=f32");
        assertThatThrownBy(reward::shorts).isInstanceOf(SchemaException.class);
        assertThatThrownBy(reward::ints).isInstanceOf(SchemaException.class);
        assertThatThrownBy(reward::longs).isInstanceOf(SchemaException.class);
        assertThatThrownBy(() -> columns.column("action").floats()).isInstanceOf(SchemaException.class);
    }

    @Test
    void subsetKeepsTheOrderAsked() {
        Columns columns = Columns.allocate(schema, List.of("truncated", "observation"), 2);
        assertThat(columns.all().stream().map(Column::name)).containsExactly("truncated", "observation");
        assertThatThrownBy(() -> columns.column("reward"))
                .isInstanceOf(SchemaException.class)
                .hasMessageContainingAll("'reward'", "[truncated, observation]");
    }

    @Test
    void badRequestsAreRefused() {
        assertThatThrownBy(() ->
                        Columns.allocate(List.of(Field.step("twice", DType.F32), Field.step("twice", DType.I32)), 2))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("'twice'");
        for (String name : new String[] {"rewards", "next/reward", "next/terminated", "next/next/observation", ""}) {
            assertThatThrownBy(() -> Columns.allocate(schema, List.of(name), 2))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining("'" + name + "'");
        }
        assertThatThrownBy(() -> Columns.allocate(schema, List.of("reward", "reward"), 2))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("'reward'");
        assertThatThrownBy(() -> Columns.allocate(schema, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rows=0");
        assertThatThrownBy(() -> Columns.allocate(schema, 1 << 27))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("rows=134217728", "limit=2147483647");
    }

    private static boolean allZero(UnsafeBuffer bytes) {
        for (int i = 0; i < bytes.capacity(); i++) {
            if (bytes.getByte(i) != 0) {
                return false;
            }
        }
        return true;
    }
}
