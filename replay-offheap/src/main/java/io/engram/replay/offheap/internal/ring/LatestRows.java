package io.engram.replay.offheap.internal.ring;

import java.util.HashMap;
import java.util.Map;
import org.agrona.UnsafeApi;
import org.agrona.collections.LongArrayList;

/** Gathers the latest rows of episodes. For a ring that nobody writes to, for one thread. */
public final class LatestRows {
    private final Ring ring;
    private final EpisodeWalk walk;
    private final int wanted;
    private final LongArrayList rows = new LongArrayList();

    /**
     * Of no episode yet.
     *
     * @param ring of the rows
     * @param walk through them
     * @param wanted rows of each episode, fewer where it has fewer in the window
     */
    public LatestRows(Ring ring, EpisodeWalk walk, int wanted) {
        this.ring = ring;
        this.walk = walk;
        this.wanted = wanted;
    }

    /**
     * Gathers those of an episode.
     *
     * @param last its last row, which need not be there
     */
    public void add(long last) {
        long tail = ring.tail(ring.head());
        boolean there = last >= tail && walk.goTo(last);
        for (int i = 0; i < wanted && there; i++) {
            rows.add(walk.sequence());
            there = walk.goBack(tail);
        }
    }

    /**
     * Gathers those of episodes whose last rows are not known: they are looked for from the head back.
     *
     * @param begins by episode a lower bound of its first row
     */
    public void find(Map<Long, Long> begins) {
        Map<Long, Long> pending = new HashMap<>(begins);
        long from = begins.values().stream().mapToLong(each -> each).min().orElse(Long.MAX_VALUE);
        long oldest = Math.max(from, ring.tail(ring.head()));
        for (long sequence = ring.head() - 1; sequence >= oldest && !pending.isEmpty(); sequence--) {
            if (walk.goTo(sequence)
                    && pending.remove(UnsafeApi.getLong(walk.address() + RowDescriptor.EPISODE_OFFSET)) != null) {
                add(sequence);
            }
        }
    }

    /**
     * What was gathered.
     *
     * @return sequences in no order
     */
    public LongArrayList rows() {
        return rows;
    }
}
