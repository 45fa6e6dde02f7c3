package io.engram.replay.offheap.internal.priority;

import io.engram.replay.PriorityIndex;
import io.engram.replay.offheap.internal.ring.TransitionListener;
import java.util.Arrays;
import java.util.List;

/** All indexes of one memory. Immutable. */
public final class RingIndexes {
    private final RingIndex[] indexes;

    /**
     * The indexes of a memory.
     *
     * @param indexes in the order of their names
     */
    public RingIndexes(List<RingIndex> indexes) {
        this.indexes = indexes.toArray(RingIndex[]::new);
    }

    /**
     * What keeps the indexes up to date with one writer.
     *
     * @param streams that it writes
     * @return to be told of its transitions
     */
    public TransitionListener listener(int... streams) {
        return indexes.length == 0 ? TransitionListener.NONE : new IndexWriter(indexes, streams);
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
