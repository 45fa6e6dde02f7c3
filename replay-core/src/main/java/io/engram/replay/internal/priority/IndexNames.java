package io.engram.replay.internal.priority;

import io.engram.replay.PriorityIndex;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** The indexes of one memory, told apart by their names. */
public final class IndexNames {
    private IndexNames() {}

    /**
     * Puts indexes in the order of their names.
     *
     * @param indexes any order
     * @return ascending
     * @throws IllegalArgumentException if two have the same name
     */
    public static List<PriorityIndex> sorted(Collection<PriorityIndex> indexes) {
        TreeMap<String, PriorityIndex> byName = new TreeMap<>();
        for (PriorityIndex index : indexes) {
            if (byName.put(index.name(), index) != null) {
                throw new IllegalArgumentException(
                        "priority index name='" + index.name() + "' is given twice; names tell indexes apart");
            }
        }
        return List.copyOf(byName.values());
    }
}
