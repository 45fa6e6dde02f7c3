package io.engram.replay.offheap;

import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Schema;
import io.engram.replay.contract.AutoresetContract;
import io.engram.replay.contract.ElementConcurrencyContract;
import io.engram.replay.contract.FrameStackContract;
import io.engram.replay.contract.KnownBugsContract;
import io.engram.replay.contract.NStepContract;
import io.engram.replay.contract.SameElementsContract;
import io.engram.replay.contract.SemanticHistoryContract;
import io.engram.replay.contract.StalenessContract;
import io.engram.replay.contract.WindowContract;
import io.engram.replay.contract.WindowPriorityContract;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** What elements of several rows mean, for both storages, with segments so small that every test crosses many. */
class OffHeapElementContractTest {
    @TempDir
    static Path directory;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static ReplayMemory persistent(Schema schema, long capacity, PriorityIndex... indexes) {
        return OffHeapReplayMemory.builder(schema, capacity)
                .directory(directory.resolve("memory-" + NUMBER.getAndIncrement()))
                .segmentRows(8)
                .priorities(indexes)
                .open();
    }

    private static ReplayMemory inAnonymousMemory(Schema schema, long capacity, PriorityIndex... indexes) {
        return OffHeapReplayMemory.builder(schema, capacity)
                .storage(Storage.VOLATILE)
                .segmentRows(8)
                .priorities(indexes)
                .open();
    }

    @Nested
    class PersistentAutoreset extends AutoresetContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentElementConcurrency extends ElementConcurrencyContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentFrameStack extends FrameStackContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentKnownBugs extends KnownBugsContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentNStep extends NStepContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentSameElements extends SameElementsContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentSemanticHistory extends SemanticHistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentStaleness extends StalenessContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentWindow extends WindowContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class PersistentWindowPriority extends WindowPriorityContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return persistent(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileAutoreset extends AutoresetContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileElementConcurrency extends ElementConcurrencyContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileFrameStack extends FrameStackContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileKnownBugs extends KnownBugsContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileNStep extends NStepContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileSameElements extends SameElementsContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileSemanticHistory extends SemanticHistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileStaleness extends StalenessContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileWindow extends WindowContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }

    @Nested
    class VolatileWindowPriority extends WindowPriorityContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return inAnonymousMemory(schema, capacity, indexes);
        }
    }
}
