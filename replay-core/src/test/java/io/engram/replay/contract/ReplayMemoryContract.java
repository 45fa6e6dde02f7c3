package io.engram.replay.contract;

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
    protected abstract ReplayMemory create(Schema schema, long capacity);

    /** Called with each memory after it was closed, to look for what it left behind. */
    protected void check(ReplayMemory closed) {}

    @Nested
    class Writers extends WriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return ReplayMemoryContract.this.create(schema, capacity);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class BulkWriters extends BulkWriterContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return ReplayMemoryContract.this.create(schema, capacity);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class EveryValue extends ValueContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return ReplayMemoryContract.this.create(schema, capacity);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Samplers extends SamplerContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return ReplayMemoryContract.this.create(schema, capacity);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Histories extends HistoryContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return ReplayMemoryContract.this.create(schema, capacity);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class UniformDraws extends UniformityContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return ReplayMemoryContract.this.create(schema, capacity);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Closing extends ClosingContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return ReplayMemoryContract.this.create(schema, capacity);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }

    @Nested
    class Concurrency extends ConcurrencyContract {
        @Override
        protected ReplayMemory create(Schema schema, long capacity) {
            return ReplayMemoryContract.this.create(schema, capacity);
        }

        @Override
        protected void check(ReplayMemory closed) {
            ReplayMemoryContract.this.check(closed);
        }
    }
}
