package io.engram.replay.offheap.internal.priority;

import io.engram.replay.PriorityIndex;
import io.engram.replay.offheap.internal.ring.TransitionListener;
import java.util.Arrays;
import java.util.List;

/** All indexes of one memory. Immutable. */
public final class RingIndexes implements TransitionListener {
    private final RingIndex[] indexes;

    /**
     * The indexes of a memory.
     *
     * @param indexes in the order of their names
     */
    public RingIndexes(List<RingIndex> indexes) {
        this.indexes = indexes.toArray(RingIndex[]::new);
    }

    @Override
    public boolean published(long start, double priority) {
        boolean clamped = false;
        for (RingIndex index : indexes) {
            clamped |= index.insert(start, priority);
        }
        return clamped;
    }

    /**
     * The index of a name.
     *
     * @param name that there is
     * @return the index
     */
    public RingIndex index(String name) {
        return Arrays.stream(indexes)
                .filter(index -> index.settings().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /**
     * What there is.
     *
     * @return the settings by name in ascending order
     */
    public List<PriorityIndex> settings() {
        return Arrays.stream(indexes).map(RingIndex::settings).toList();
    }

    /** Frees all. Nobody may use them any more. */
    public void free() {
        for (RingIndex index : indexes) {
            index.free();
        }
    }
}
