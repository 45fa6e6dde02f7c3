package io.engram.replay.offheap;

import io.engram.replay.MemoryStats;
import io.engram.replay.offheap.internal.ring.AppendCounters;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.sample.SampleCounters;
import io.engram.replay.offheap.internal.upkeep.Upkeep;
import java.util.HashSet;
import java.util.Set;

/** The counters of open writers and samplers, and the sums of those closed. Safe for use by any thread. */
final class Participants {
    private final Set<AppendCounters> writers = new HashSet<>();
    private final Set<SampleCounters> samplers = new HashSet<>();
    private final AppendCounters closedWriters = new AppendCounters();
    private final SampleCounters closedSamplers = new SampleCounters();

    synchronized AppendCounters newWriter() {
        AppendCounters counters = new AppendCounters();
        writers.add(counters);
        return counters;
    }

    synchronized SampleCounters newSampler() {
        SampleCounters counters = new SampleCounters();
        samplers.add(counters);
        return counters;
    }

    synchronized void retire(AppendCounters counters) {
        if (writers.remove(counters)) {
            closedWriters.add(counters);
        }
    }

    synchronized void retire(SampleCounters counters) {
        if (samplers.remove(counters)) {
            closedSamplers.add(counters);
        }
    }

    synchronized AppendCounters appends() {
        AppendCounters sum = new AppendCounters();
        sum.add(closedWriters);
        writers.forEach(sum::add);
        return sum;
    }

    synchronized SampleCounters samples() {
        SampleCounters sum = new SampleCounters();
        sum.add(closedSamplers);
        samplers.forEach(sum::add);
        return sum;
    }

    /** What all of them did so far. */
    MemoryStats stats(long size, Ring ring, Upkeep upkeep) {
        AppendCounters appends = appends();
        SampleCounters samples = samples();
        return new MemoryStats(
                size,
                ring.capacity(),
                ring.head(),
                appends.transitions(),
                samples.batches(),
                samples.transitions(),
                samples.redraws(),
                samples.torn(),
                samples.steps(),
                appends.lostRaces(),
                appends.failures(),
                samples.updates(),
                samples.stale(),
                appends.clamped() + samples.clamped(),
                upkeep.storedBytes(),
                upkeep.pinnedBytes());
    }
}
