package io.engram.jmh;

import io.engram.replay.RowLayout;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.Storage;
import org.jspecify.annotations.Nullable;

/** An off-heap memory that is full of W1 rows, and its files, which are deleted at the end. */
final class FilledMemory implements AutoCloseable {
    private final OffHeapReplayMemory memory;
    private final StreamWriter writer;
    private final @Nullable BenchmarkDirectory directory;

    FilledMemory(RowLayout layout, Storage storage, long capacity) {
        directory = storage == Storage.PERSISTENT ? BenchmarkDirectory.create() : null;
        OffHeapReplayMemory.Builder builder =
                OffHeapReplayMemory.builder(Experience.schema(layout), capacity).storage(storage);
        memory = directory == null
                ? builder.open()
                : builder.directory(directory.path().resolve("memory")).open();
        writer = memory.writer("actor");
        Experience experience = new Experience(1);
        while (memory.size() < capacity) {
            for (int i = 0; i < Experience.EPISODE; i++) {
                experience.append(writer);
            }
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
