package io.engram.replay.offheap.internal.view;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts by named ranges. For one thread. */
public final class Histogram {
    private final Map<String, Long> counts = new LinkedHashMap<>();

    Histogram(List<String> ranges) {
        ranges.forEach(range -> counts.put(range, 0L));
    }

    void add(String range) {
        counts.merge(range, 1L, Long::sum);
    }

    /**
     * The counts.
     *
     * @return by range, in their order
     */
    public Map<String, Long> counts() {
        return counts;
    }
}
