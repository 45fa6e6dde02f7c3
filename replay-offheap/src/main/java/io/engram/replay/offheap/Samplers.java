package io.engram.replay.offheap;

import io.engram.replay.Prioritization;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.internal.SamplerNames;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.sample.PrioritizedSampler;
import io.engram.replay.offheap.internal.sample.RingSampler;
import io.engram.replay.offheap.internal.sample.Source;
import io.engram.replay.offheap.internal.sample.UniformSampler;

/** Makes the samplers of a memory. Safe for use by any number of threads. */
final class Samplers {
    private final OffHeapReplayMemory memory;
    private final Source source;
    private final Participants participants;
    private final SamplerNames names = new SamplerNames();

    Samplers(OffHeapReplayMemory memory, Source source, Participants participants) {
        this.memory = memory;
        this.source = source;
        this.participants = participants;
    }

    Sampler open(SamplerSpec spec) {
        SamplerSpec checked = spec.forMemory(memory.schema(), memory.capacity(), memory.priorityIndexes());
        names.open(checked.name());
        EpochRecord epoch = memory.epochs().register();
        var counters = participants.newSampler();
        Positions positions = memory.positions();
        Runnable onClose = () -> {
            positions.closed(checked.name());
            participants.retire(counters);
            memory.epochs().unregister(epoch);
            names.close(checked.name());
        };
        Prioritization prioritization = checked.prioritization();
        RingSampler sampler = prioritization == null
                ? new UniformSampler(checked, source, epoch, counters, onClose)
                : new PrioritizedSampler(
                        checked, source, memory.indexes().index(prioritization.index()), epoch, counters, onClose);
        positions.opened(checked.name(), sampler::published);
        return sampler;
    }
}
