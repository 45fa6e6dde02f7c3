package io.engram.jmh;

import io.engram.replay.PriorityIndex;

/** W1 a and b with priorities: as {@link AppendBenchmark}, into a memory with one proportional index. */
public class PrioritizedAppendBenchmark extends AppendBenchmark {
    /** For JMH. */
    public PrioritizedAppendBenchmark() {}

    @Override
    PriorityIndex[] indexes() {
        return new PriorityIndex[] {PrioritizedBenchmark.index()};
    }
}
