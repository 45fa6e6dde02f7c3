package io.engram.replay.onheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.contract.ReplayMemoryContract;
import io.engram.replay.contract.Schemas;
import org.junit.jupiter.api.Test;

class HeapReplayMemoryTest extends ReplayMemoryContract {
    @Override
    protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
        return new HeapReplayMemory(schema, capacity, indexes);
    }

    @Test
    void capacityOutOfBoundsIsRefused() {
        Schema schema = Schemas.small(RowLayout.ARRIVAL);
        for (long capacity : new long[] {Long.MIN_VALUE, -1, 0, HeapReplayMemory.MAX_CAPACITY + 1, 1L << 32}) {
            assertThatThrownBy(() -> new HeapReplayMemory(schema, capacity))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("capacity=" + capacity, "1 to " + HeapReplayMemory.MAX_CAPACITY);
        }
    }

    @Test
    void largestCapacityTakesNoHeapBeforeThereAreRows() {
        try (HeapReplayMemory memory =
                new HeapReplayMemory(Schemas.small(RowLayout.ARRIVAL), HeapReplayMemory.MAX_CAPACITY)) {
            assertThat(memory.capacity()).isEqualTo(HeapReplayMemory.MAX_CAPACITY);
        }
    }

    @Test
    void storedBytesAreThoseOfThePayloads() {
        try (HeapReplayMemory memory = new HeapReplayMemory(Schemas.longs(RowLayout.SELF_CONTAINED), 2);
                StreamWriter writer = memory.writer("a")) {
            writer.field("observation").set(0L);
            writer.begin();
            for (int rows = 1; rows < 5; rows++) {
                writer.field("action").set(0L);
                writer.field("observation").set(0L);
                writer.step(false, false);
                assertThat(memory.stats().storedBytes()).isEqualTo(24L * Math.min(rows, 2));
            }
        }
    }
}
