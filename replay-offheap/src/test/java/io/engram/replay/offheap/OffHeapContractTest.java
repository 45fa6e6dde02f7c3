package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.InitialPriority;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.contract.BulkWriterContract;
import io.engram.replay.contract.ClosingContract;
import io.engram.replay.contract.EpisodeContract;
import io.engram.replay.contract.EpisodeFilterContract;
import io.engram.replay.contract.HistoryContract;
import io.engram.replay.contract.InitialPriorityContract;
import io.engram.replay.contract.PolicyVersionContract;
import io.engram.replay.contract.PriorityDrawContract;
import io.engram.replay.contract.PriorityFrequencyContract;
import io.engram.replay.contract.PriorityHistoryContract;
import io.engram.replay.contract.PriorityUpdateContract;
import io.engram.replay.contract.RankContract;
import io.engram.replay.contract.SameBatches;
import io.engram.replay.contract.SamePrioritizedBatches;
import io.engram.replay.contract.SamplerContract;
import io.engram.replay.contract.Schemas;
import io.engram.replay.contract.WriterContract;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
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

    private static ReplayMemory persistent(Schema schema, long capacity, PriorityIndex... indexes) {
        return OffHeapReplayMemory.builder(schema, capacity)
                .directory(directory.resolve("memory-" + NUMBER.getAndIncrement()))
                .segmentRows(8)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .priorities(indexes)
                .open();
    }

    private static ReplayMemory inAnonymousMemory(Schema schema, long capacity, PriorityIndex... indexes) {
        return OffHeapReplayMemory.builder(schema, capacity)
                .storage(Storage.VOLATILE)
                .segmentRows(8)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .priorities(indexes)
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

    @Test
    void equalUpdatesGiveEqualPrioritizedBatchesOnAndOffTheHeap() {
        PriorityIndex[] indexes = {
            PriorityIndex.proportional("default").build(),
            PriorityIndex.rankBased("ranked").rerankEvery(40).build(),
            PriorityIndex.proportional("recent")
                    .alpha(1)
                    .initial(InitialPriority.recentMaximum(10))
                    .build()
        };
        for (RowLayout layout : RowLayout.values()) {
            for (long capacity : new long[] {1, 2, 9, 64, 100, 3000}) {
                for (long seed = 1; seed <= 2; seed++) {
                    Schema schema = Schemas.small(layout);
                    try (ReplayMemory offHeap = persistent(schema, capacity, indexes);
                            ReplayMemory onHeap = new HeapReplayMemory(schema, capacity, indexes)) {
                        SamePrioritizedBatches.assertSameThroughAHistory(onHeap, offHeap, seed, 400);
                        assertThat(offHeap.stats().redraws()).isZero();
                    }
                }
            }
        }
    }

    @Nested
    class PersistentWriter extends WriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentBulkWriter extends BulkWriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentEpisodeFilter extends EpisodeFilterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileEpisodeFilter extends EpisodeFilterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentSampler extends SamplerContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentEpisode extends EpisodeContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentPolicyVersion extends PolicyVersionContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentClosing extends ClosingContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentHistory extends HistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileWriter extends WriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileBulkWriter extends BulkWriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileSampler extends SamplerContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileEpisode extends EpisodeContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatilePolicyVersion extends PolicyVersionContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileClosing extends ClosingContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileHistory extends HistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentPriorityUpdate extends PriorityUpdateContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentInitialPriority extends InitialPriorityContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentRank extends RankContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentPriorityHistory extends PriorityHistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatilePriorityUpdate extends PriorityUpdateContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileInitialPriority extends InitialPriorityContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatilePriorityDraw extends PriorityDrawContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileRank extends RankContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatilePriorityFrequency extends PriorityFrequencyContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatilePriorityHistory extends PriorityHistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }
}
