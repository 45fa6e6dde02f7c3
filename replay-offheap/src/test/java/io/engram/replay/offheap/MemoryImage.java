package io.engram.replay.offheap;

import io.engram.replay.Episode;
import io.engram.replay.offheap.internal.priority.Trees;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that a memory holds, but for times. No writer may be at work. */
record MemoryImage(Map<Long, String> rows, Map<String, Map<Long, Long>> masses, List<String> episodes, long head) {
    static MemoryImage of(OffHeapReplayMemory memory) {
        Map<Long, String> rows = new TreeMap<>();
        HeldRows.of(memory).forEach((sequence, row) -> rows.put(sequence, row.toString()));
        Map<String, Map<Long, Long>> masses = new TreeMap<>();
        memory.priorityIndexes().forEach(index -> masses.put(index.name(), masses(memory, index.name())));
        return new MemoryImage(
                rows,
                masses,
                memory.episodes().stream().map(Episode::toString).toList(),
                memory.ring().head());
    }

    private static Map<Long, Long> masses(OffHeapReplayMemory memory, String name) {
        Trees.requireExact(memory.indexes().index(name).tree());
        return HeldPriorities.masses(memory, name);
    }
}
