package io.engram.replay.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Columns;
import io.engram.replay.Role;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.contract.Schemas;
import java.util.List;
import org.junit.jupiter.api.Test;

class PayloadLayoutTest {
    @Test
    void slotsAreAlignedApartAndInThreeGroups() {
        for (long seed = 0; seed < 300; seed++) {
            Schema schema = Schemas.random(new SplitMix64(seed));
            PayloadLayout layout = new PayloadLayout(schema);
            int end = 0;
            for (PayloadLayout.Slot slot : layout.slots()) {
                assertThat(slot.offset()).as("seed=%d %s", seed, slot).isGreaterThanOrEqualTo(end);
                assertThat(slot.offset() % slot.field().dtype().length())
                        .as("seed=%d %s", seed, slot)
                        .isZero();
                end = slot.offset() + slot.field().length();
                assertThat(group(layout, slot.offset()))
                        .as("seed=%d %s", seed, slot)
                        .isEqualTo(group(slot));
            }
            assertThat(layout.length()).as("seed=%d", seed).isBetween(end, end + 7);
            assertThat(layout.length() % 8).as("seed=%d", seed).isZero();
            assertThat(layout.stateLength() % 8).as("seed=%d", seed).isZero();
            assertThat(layout.nextOffset() % 8).as("seed=%d", seed).isZero();
            assertThat(layout.nextOffset() > 0)
                    .as("seed=%d", seed)
                    .isEqualTo(schema.rowLayout() == RowLayout.SELF_CONTAINED);
        }
    }

    @Test
    void selfContainedRowsHaveASlotForEveryColumnButTheFlags() {
        Schema schema = Schemas.everyDType(RowLayout.SELF_CONTAINED);
        PayloadLayout layout = new PayloadLayout(schema);
        List<String> columns = Columns.names(schema);
        assertThat(layout.slots().stream().map(PayloadLayout.Slot::column))
                .containsExactlyElementsOf(columns.subList(0, columns.size() - 2));
        assertThatThrownBy(() -> layout.slot("terminated"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'terminated'");
    }

    @Test
    void nextStateLiesAsTheStateDoes() {
        PayloadLayout layout = new PayloadLayout(Schemas.everyDType(RowLayout.SELF_CONTAINED));
        for (PayloadLayout.Slot slot : layout.slots()) {
            if (slot.field().role() == Role.STATE && !slot.column().startsWith(Schema.NEXT)) {
                assertThat(layout.slot(Schema.NEXT + slot.column()).offset())
                        .isEqualTo(layout.nextOffset() + slot.offset());
            }
        }
    }

    /** 0 for a state, 1 for a step, 2 for a next state, by what it is. */
    private static int group(PayloadLayout.Slot slot) {
        if (slot.field().role() == Role.STEP) {
            return 1;
        }
        return slot.column().startsWith(Schema.NEXT) ? 2 : 0;
    }

    /** The same by where it lies. */
    private static int group(PayloadLayout layout, int offset) {
        if (offset < layout.stateLength()) {
            return 0;
        }
        return layout.nextOffset() > 0 && offset >= layout.nextOffset() ? 2 : 1;
    }
}
