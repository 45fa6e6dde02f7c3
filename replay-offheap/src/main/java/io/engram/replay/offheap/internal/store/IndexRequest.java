package io.engram.replay.offheap.internal.store;

import io.engram.replay.PriorityIndex;
import java.util.List;
import java.util.Set;

/**
 * Which priority indexes a memory is to have beside those it has. Immutable.
 *
 * @param indexes to be made unless they are there
 * @param dropped names of those to be removed first
 */
public record IndexRequest(List<PriorityIndex> indexes, Set<String> dropped) {
    /**
     * Copies both.
     *
     * @param indexes to be made
     * @param dropped to be removed
     */
    public IndexRequest {
        indexes = List.copyOf(indexes);
        dropped = Set.copyOf(dropped);
    }
}
