package io.engram.replay.offheap.internal.ring;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.UnsafeApi;

/** Gathers the latest rows of episodes. For a ring that nobody writes to, for one thread. */
public final class LatestRows {
    private final Ring ring;
    private final EpisodeWalk walk;
    private final int wanted;
    private final List<Row> rows = new ArrayList<>();

    /**
     * A row that was gathered.
     *
     * @param sequence which
     * @param step its place in its episode
     * @param following how many rows of its episode are behind it
     * @param ended whether there will be no more
     */
    public record Row(long sequence, int step, int following, boolean ended) {}

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
        boolean ended = there && walk.isClosed();
        for (int i = 0; i < wanted && there; i++) {
            // Counted from behind: into a file that others have, too, the last links were not stored.
            rows.add(new Row(walk.sequence(), walk.step(), i, ended));
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
     * @return in no order
     */
    public List<Row> rows() {
        return Collections.unmodifiableList(rows);
    }
}
