package io.engram.jmh;

import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapMemoryBuilder;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.Storage;
import org.jspecify.annotations.Nullable;

/** An off-heap memory that is full of rows, and its files, which are deleted at the end. */
final class FilledMemory implements AutoCloseable {
    private final OffHeapReplayMemory memory;
    private final StreamWriter writer;
    private final @Nullable BenchmarkDirectory directory;

    /** Rows of W1. */
    FilledMemory(RowLayout layout, Storage storage, long capacity, PriorityIndex... indexes) {
        this(Workload.SMALL, layout, storage, capacity, indexes);
    }

    FilledMemory(Workload workload, RowLayout layout, Storage storage, long capacity, PriorityIndex... indexes) {
        directory = storage == Storage.PERSISTENT ? BenchmarkDirectory.create() : null;
        OffHeapMemoryBuilder builder = OffHeapReplayMemory.builder(workload.schema(layout), capacity)
                .storage(storage)
                .priorities(indexes);
        memory = directory == null
                ? builder.open()
                : builder.directory(directory.path().resolve("memory")).open();
        writer = memory.writer("actor");
        Experience experience = new Experience(workload, 1);
        while (memory.size() < capacity) {
            for (int i = 0; i < Experience.EPISODE; i++) {
                experience.append(writer);
            }
        }
    }

    /** Gives every transition a priority of its own, as learning would have. */
    void rate(Sampler sampler, TdErrors errors) {
        long head = memory.stats().appendedRows();
        long[] sequences = new long[Experience.BATCH];
        for (long from = head - memory.size(); from < head; from += Experience.BATCH) {
            for (int i = 0; i < sequences.length; i++) {
                // Those beyond the head are counted as stale.
                sequences[i] = from + i;
            }
            sampler.updatePriorities(memory.incarnation(), sequences, errors.nextAbsolute());
        }
    }

    OffHeapReplayMemory memory() {
        return memory;
    }

    StreamWriter writer() {
        return writer;
    }

    @Override
    public void close() {
        writer.close();
        memory.close();
        if (directory != null) {
            directory.close();
        }
    }
}
