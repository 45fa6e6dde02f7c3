package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.contract.BulkWriterContract;
import io.engram.replay.contract.ClosingContract;
import io.engram.replay.contract.HistoryContract;
import io.engram.replay.contract.SameBatches;
import io.engram.replay.contract.SamplerContract;
import io.engram.replay.contract.Schemas;
import io.engram.replay.contract.WriterContract;
import io.engram.replay.onheap.HeapReplayMemory;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract that every memory inherits, for both storages, with segments so small that every test crosses many. */
class OffHeapContractTest {
    @TempDir
    static Path directory;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static ReplayMemory persistent(Schema schema, long capacity) {
        return OffHeapReplayMemory.builder(schema, capacity)
                .directory(directory.resolve("memory-" + NUMBER.getAndIncrement()))
                .segmentRows(8)
                .open();
    }

    private static ReplayMemory inAnonymousMemory(Schema schema, long capacity) {
        return OffHeapReplayMemory.builder(schema, capacity)
                .storage(Storage.VOLATILE)
                .segmentRows(8)
                .open();
    }

    @Test
    void equalHistoriesGiveEqualBatchesOnAndOffTheHeap() {
        for (RowLayout layout : RowLayout.values()) {
            for (long capacity : new long[] {1, 2, 7, 8, 9, 64, 100}) {
                for (long seed = 1; seed <= 3; seed++) {
                    Schema schema = Schemas.small(layout);
                    try (ReplayMemory offHeap = persistent(schema, capacity);
                            ReplayMemory onHeap = new HeapReplayMemory(schema, capacity)) {
                        SameBatches.assertSameThroughAHistory(onHeap, offHeap, seed, 400);
                        assertThat(offHeap.stats().lostRaces()).isZero();
                    }
                }
            }
        }
    }

    @Nested
    class PersistentWriter extends WriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return persistent(schema, capacity);
        }
    }

    @Nested
    class PersistentBulkWriter extends BulkWriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return persistent(schema, capacity);
        }
    }

    @Nested
    class PersistentSampler extends SamplerContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return persistent(schema, capacity);
        }
    }

    @Nested
    class PersistentClosing extends ClosingContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return persistent(schema, capacity);
        }
    }

    @Nested
    class PersistentHistory extends HistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return persistent(schema, capacity);
        }
    }

    @Nested
    class VolatileWriter extends WriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return inAnonymousMemory(schema, capacity);
        }
    }

    @Nested
    class VolatileBulkWriter extends BulkWriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return inAnonymousMemory(schema, capacity);
        }
    }

    @Nested
    class VolatileSampler extends SamplerContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return inAnonymousMemory(schema, capacity);
        }
    }

    @Nested
    class VolatileClosing extends ClosingContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return inAnonymousMemory(schema, capacity);
        }
    }

    @Nested
    class VolatileHistory extends HistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return inAnonymousMemory(schema, capacity);
        }
    }
}
