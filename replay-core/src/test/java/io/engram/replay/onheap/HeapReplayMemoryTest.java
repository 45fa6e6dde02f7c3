package io.engram.replay.onheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.contract.BulkWriterContract;
import io.engram.replay.contract.ClosingContract;
import io.engram.replay.contract.ConcurrencyContract;
import io.engram.replay.contract.HistoryContract;
import io.engram.replay.contract.SamplerContract;
import io.engram.replay.contract.Schemas;
import io.engram.replay.contract.UniformityContract;
import io.engram.replay.contract.ValueContract;
import io.engram.replay.contract.WriterContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class HeapReplayMemoryTest {
    @Test
    void capacityOutOfBoundsIsRefused() {
        Schema schema = Schemas.small(RowLayout.ARRIVAL);
        for (long capacity : new long[] {Long.MIN_VALUE, -1, 0, HeapReplayMemory.MAX_CAPACITY + 1, 1L << 32}) {
            assertThatThrownBy(() -> new HeapReplayMemory(schema, capacity))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("capacity=" + capacity, "1 to " + HeapReplayMemory.MAX_CAPACITY);
        }
        assertThat(new HeapReplayMemory(schema, HeapReplayMemory.MAX_CAPACITY).capacity())
                .isEqualTo(HeapReplayMemory.MAX_CAPACITY);
    }

    @Nested
    class Writers extends WriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return new HeapReplayMemory(schema, capacity);
        }
    }

    @Nested
    class BulkWriters extends BulkWriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return new HeapReplayMemory(schema, capacity);
        }
    }

    @Nested
    class Samplers extends SamplerContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return new HeapReplayMemory(schema, capacity);
        }
    }

    @Nested
    class Closing extends ClosingContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return new HeapReplayMemory(schema, capacity);
        }
    }

    @Nested
    class Histories extends HistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return new HeapReplayMemory(schema, capacity);
        }
    }

    @Nested
    class EveryValue extends ValueContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return new HeapReplayMemory(schema, capacity);
        }
    }

    @Nested
    class UniformDraws extends UniformityContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return new HeapReplayMemory(schema, capacity);
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return new HeapReplayMemory(schema, capacity);
        }
    }
}
