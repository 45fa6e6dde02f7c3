package io.engram.replay.offheap;

import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.Windows;
import io.engram.replay.internal.LanePosition;
import io.engram.replay.internal.priority.IndexNames;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.priority.AnonymousIndex;
import io.engram.replay.offheap.internal.priority.IndexLoader;
import io.engram.replay.offheap.internal.priority.RingIndexes;
import io.engram.replay.offheap.internal.ring.EpisodeWalk;
import io.engram.replay.offheap.internal.ring.LatestRows;
import io.engram.replay.offheap.internal.ring.OpenEpisodes;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.TransitionStarts;
import io.engram.replay.offheap.internal.ring.WindowStarts;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.store.Store;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/** Loads the priority indexes of a memory that is being opened. */
final class Indexes {
    private Indexes() {}

    /**
     * Loads the stored indexes, or new ones in anonymous memory.
     *
     * @param unsealed rows from there on may have been lost though their leaves were not
     */
    static RingIndexes load(
            Ring ring,
            OpenEpisodes openEpisodes,
            Schema schema,
            List<PriorityIndex> added,
            @Nullable Store store,
            long unsealed) {
        RowLayout layout = schema.rowLayout();
        IndexLoader loader =
                new IndexLoader(ring, settings -> starts(ring, openEpisodes, layout, settings.windows()), unsealed);
        if (store != null) {
            Manifest snapshot = store.recovered().resume();
            if (snapshot != null) {
                List<LatestRows.Row> rows = unfinished(ring, new EpisodeWalk(ring, openEpisodes), store, snapshot);
                loader.doubt(settings -> withoutStart(rows, layout, settings.windows()));
            }
            return new RingIndexes(store.indexes().stream()
                    .map(index -> loader.load(index.settings(), index.memory()))
                    .toList());
        }
        return new RingIndexes(IndexNames.sorted(added).stream()
                .map(settings -> loader.load(settings, AnonymousIndex.create(settings, ring.capacity())))
                .toList());
    }

    /**
     * The rows of a snapshot whose leaves may tell of what was appended behind it: leaves are copied a little later. A
     * transition or a window of an episode that went on may have begun there.
     */
    private static List<LatestRows.Row> unfinished(Ring ring, EpisodeWalk walk, Store store, Manifest snapshot) {
        int longest = store.indexes().stream()
                .mapToInt(index -> steps(index.settings().windows()))
                .max()
                .orElse(0);
        LatestRows latest = new LatestRows(ring, walk, longest + 1);
        Map<Long, Long> unknown = new HashMap<>();
        store.journal().book().entries().forEach((number, entry) -> {
            EpisodeBook.Begin begin = entry.begin();
            EpisodeBook.End end = entry.end();
            if (begin != null && (end == null || end.last() >= ring.head())) {
                unknown.put(number, begin.head());
            }
        });
        for (LanePosition position : snapshot.streams()) {
            if (unknown.remove(position.episode()) != null) {
                latest.add(position.previous());
            }
        }
        latest.find(unknown);
        return latest.rows();
    }

    private static LongArrayList withoutStart(List<LatestRows.Row> rows, RowLayout layout, @Nullable Windows windows) {
        LongArrayList without = new LongArrayList();
        for (LatestRows.Row row : rows) {
            int steps = row.following() + (layout == RowLayout.ARRIVAL ? 0 : 1);
            int wanted = steps(windows);
            boolean starts = steps > 0
                    && (windows == null
                            || (WindowStarts.canBegin(windows, row.step())
                                    && WindowStarts.isWindow(
                                            windows,
                                            row.step(),
                                            Math.min(steps, wanted),
                                            row.ended() && steps < wanted)));
            if (!starts) {
                without.add(row.sequence());
            }
        }
        return without;
    }

    private static int steps(@Nullable Windows windows) {
        return windows == null ? 1 : WindowStarts.wantedSteps(windows);
    }

    private static LongPredicate starts(
            Ring ring, OpenEpisodes openEpisodes, RowLayout layout, @Nullable Windows windows) {
        return windows == null
                ? new TransitionStarts(ring, layout)
                : new WindowStarts(new EpisodeWalk(ring, openEpisodes), layout, windows);
    }
}
