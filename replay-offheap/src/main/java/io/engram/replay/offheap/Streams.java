package io.engram.replay.offheap;

import io.engram.replay.internal.StreamRegistry;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A memory's streams, of which new ones are recorded before rows can name them. Safe for use by any thread. */
final class Streams {
    private final StreamRegistry registry;
    private volatile boolean unsynced;

    /** {@code recorder}: takes down a new stream; null if nothing is kept. */
    Streams(StreamRegistry.@Nullable NewStream recorder) {
        this.registry = new StreamRegistry((id, name) -> {
            if (recorder != null) {
                recorder.register(id, name);
                unsynced = true;
            }
        });
    }

    void restore(int id, String name) {
        registry.restore(id, name);
    }

    int open(String name) {
        return registry.open(name);
    }

    int[] openAll(List<String> names) {
        return registry.openAll(names);
    }

    void close(int... opened) {
        for (int id : opened) {
            registry.close(id);
        }
    }

    /** Names by number. */
    Map<Integer, String> names() {
        return registry.names();
    }

    /** Makes what was recorded durable, or closes the streams again and throws. */
    void sync(Runnable force, Runnable requireOpen, int... opened) {
        try {
            if (unsynced) {
                force.run();
                unsynced = false;
            }
        } catch (StorageException e) {
            close(opened);
            requireOpen.run();
            throw e;
        }
    }
}
