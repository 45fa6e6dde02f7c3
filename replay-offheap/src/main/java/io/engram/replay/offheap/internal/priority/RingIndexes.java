package io.engram.replay.offheap.internal.priority;

import io.engram.replay.PriorityIndex;
import io.engram.replay.Windows;
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

    /**
     * How many steps the longest windows have.
     *
     * @return 0 if no index is of windows
     */
    public int longestWindow() {
        int longest = 0;
        for (RingIndex index : indexes) {
            Windows windows = index.settings().windows();
            longest = windows == null ? longest : Math.max(longest, windows.length());
        }
        return longest;
    }

    /**
     * All of them.
     *
     * @return by name in ascending order
     */
    public List<RingIndex> all() {
        return List.of(indexes);
    }

    /** Frees all. Nobody may use them any more. */
    public void free() {
        for (RingIndex index : indexes) {
            index.free();
        }
    }
}
