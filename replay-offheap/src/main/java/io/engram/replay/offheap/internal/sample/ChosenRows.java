package io.engram.replay.offheap.internal.sample;

import io.engram.replay.Episode;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.internal.ring.EpisodeWalk;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.agrona.UnsafeApi;

/**
 * The rows of some episodes that can be drawn, ascending, as they were when the filter was asked last. What leaves the
 * window, or becomes too old, is a beginning of the list: so a draw from the rest is uniform over what is left. For one
 * thread, inside an epoch. Allocates only when the filter is asked.
 */
final class ChosenRows {
    private final EpisodeFilter filter;
    private final Function<EpisodeFilter, List<Episode>> episodes;
    private final EpisodeWalk walk;
    private long[] rows = new long[64];
    private int count;
    private int first;

    ChosenRows(EpisodeFilter filter, Source source) {
        this.filter = filter;
        this.episodes = source.episodes();
        this.walk = new EpisodeWalk(source.ring(), source.openEpisodes());
    }

    /** Whether the filter is to be asked before a batch. */
    boolean isDue(long batches) {
        return count == 0 || batches % filter.refreshEvery() == 0;
    }

    /**
     * Asks the filter.
     *
     * @param oldest the first row that counts
     * @param canBeDrawn whether a row can
     */
    void refresh(long oldest, LongPredicate canBeDrawn) {
        count = 0;
        first = 0;
        for (Episode episode : episodes.apply(filter)) {
            // Backwards: the first row may have left the window, the last one is the last to do so.
            long least = Math.max(oldest, episode.firstSequence());
            long row = episode.lastSequence();
            while (row >= least) {
                // Where a row was erased, links end: the next one that stays is looked for.
                if (walk.goTo(row) && isOf(episode)) {
                    if (canBeDrawn.test(row)) {
                        add(row);
                    }
                    row = before(row);
                } else {
                    row--;
                }
            }
        }
        Arrays.sort(rows, 0, count);
    }

    private boolean isOf(Episode episode) {
        return UnsafeApi.getLong(walk.address() + RowDescriptor.EPISODE_OFFSET) == episode.number();
    }

    /** Where the row before can be at the latest. */
    private long before(long row) {
        int back = UnsafeApi.getInt(walk.address() + RowDescriptor.BACK_OFFSET);
        if (back == 0 && walk.step() > 0) {
            // The one before was erased before this one was appended.
            return row - 1;
        }
        return back == 0 ? Long.MIN_VALUE : row - back;
    }

    private void add(long row) {
        if (count == rows.length) {
            rows = Arrays.copyOf(rows, 2 * count);
        }
        rows[count++] = row;
    }

    /** Leaves out what is older than a row, which never falls; returns how many are left. */
    int since(long oldest) {
        int at = Arrays.binarySearch(rows, first, count, oldest);
        first = at < 0 ? -at - 1 : at;
        return count - first;
    }

    /** One of those left, by its place. */
    long row(int place) {
        return rows[first + place];
    }

    /** Any of those left, of which there is one at least. */
    long draw(SplitMix64 random) {
        return rows[first + (int) random.nextLong(count - first)];
    }
}
