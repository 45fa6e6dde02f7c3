package io.engram.replay.offheap;

import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.Windows;
import io.engram.replay.internal.priority.IndexNames;
import io.engram.replay.offheap.internal.priority.AnonymousIndex;
import io.engram.replay.offheap.internal.priority.IndexLoader;
import io.engram.replay.offheap.internal.priority.RingIndexes;
import io.engram.replay.offheap.internal.ring.EpisodeWalk;
import io.engram.replay.offheap.internal.ring.OpenEpisodes;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.TransitionStarts;
import io.engram.replay.offheap.internal.ring.WindowStarts;
import io.engram.replay.offheap.internal.store.Store;
import java.util.List;
import java.util.function.LongPredicate;
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
            return new RingIndexes(store.indexes().stream()
                    .map(index -> loader.load(index.settings(), index.memory()))
                    .toList());
        }
        return new RingIndexes(IndexNames.sorted(added).stream()
                .map(settings -> loader.load(settings, AnonymousIndex.create(settings, ring.capacity())))
                .toList());
    }

    private static LongPredicate starts(
            Ring ring, OpenEpisodes openEpisodes, RowLayout layout, @Nullable Windows windows) {
        return windows == null
                ? new TransitionStarts(ring, layout)
                : new WindowStarts(new EpisodeWalk(ring, openEpisodes), layout, windows);
    }
}
