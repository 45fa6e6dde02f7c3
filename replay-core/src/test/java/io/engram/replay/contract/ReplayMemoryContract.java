package io.engram.replay.contract;

import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Schema;
import org.junit.jupiter.api.Nested;

/**
 * The whole contract suite. The test of an implementation extends this and says how a memory is created; each part runs
 * as a nested class.
 */
public abstract class ReplayMemoryContract {
    /**
     * A new, empty memory.
     *
     * @param schema what a transition is made of
     * @param capacity how many rows it keeps exactly
     */
    protected ReplayMemory create(Schema schema, long capacity) {
        return create(schema, capacity, new PriorityIndex[0]);
    }

    /**
     * A new, empty memory with priorities.
     *
     * @param schema what a transition is made of
     * @param capacity how many rows it keeps exactly
     * @param indexes the priorities it keeps; may be none
     */
    protected abstract ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes);

    /** Called with each memory after it was closed, to look for what it left behind. */
    protected void check(ReplayMemory closed) {}

    @Nested
    class Writers extends WriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class BulkWriters extends BulkWriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class EveryValue extends ValueContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Samplers extends SamplerContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Histories extends HistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class UniformDraws extends UniformityContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class SomeEpisodes extends EpisodeFilterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class PriorityUpdates extends PriorityUpdateContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class InitialPriorities extends InitialPriorityContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class PriorityDraws extends PriorityDrawContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Ranks extends RankContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class PriorityFrequencies extends PriorityFrequencyContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class PriorityHistories extends PriorityHistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Episodes extends EpisodeContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class PolicyVersions extends PolicyVersionContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class NSteps extends NStepContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class FrameStacks extends FrameStackContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class EveryWindow extends WindowContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class WindowPriorities extends WindowPriorityContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Staleness extends StalenessContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Autoreset extends AutoresetContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class KnownBugs extends KnownBugsContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class SemanticHistories extends SemanticHistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class SameElementsAsOnTheHeap extends SameElementsContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Closing extends ClosingContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class ElementConcurrency extends ElementConcurrencyContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity, PriorityIndex... indexes) {
            return ReplayMemoryContract.this.create(schema, capacity, indexes);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }
}
