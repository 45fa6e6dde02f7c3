package io.engram.replay.onheap;

import io.engram.replay.Episode;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.internal.EpisodeProgress;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.RowFlags;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a memory on the heap knows of episodes. Guarded by the ring's lock. */
final class HeapEpisodes {
    private static final int LEAST = 64;

    private final Map<Long, Known> known = new TreeMap<>();
    private int limit = LEAST;

    /** An episode, and its last words. */
    private static final class Known {
        private final long number;
        private final String stream;
        private final long startMillis = System.currentTimeMillis();
        private final long policyVersion;
        private final EpisodeLabel label;
        private final EpisodeProgress progress;
        private @Nullable Episode ended;

        Known(long number, Lane lane) {
            this.number = number;
            this.stream = lane.stream();
            this.policyVersion = lane.policyVersion();
            this.label = lane.label();
            this.progress = lane.progress();
        }

        Episode now(Episode.Kind kind, long endMillis) {
            return new Episode(
                    number,
                    stream,
                    kind,
                    false,
                    progress.length(),
                    progress.totalReward(),
                    progress.first(),
                    progress.last(),
                    startMillis,
                    endMillis,
                    policyVersion,
                    label);
        }

        boolean isHeld(long tail) {
            return ended == null || ended.lastSequence() >= tail;
        }
    }

    void begin(long number, Lane lane, long tail) {
        known.put(number, new Known(number, lane));
        if (known.size() > limit) {
            known.values().removeIf(each -> !each.isHeld(tail));
            limit = Math.max(LEAST, 2 * known.size());
        }
    }

    void end(long number, int flags) {
        Known ending = known.get(number);
        if (ending != null) {
            ending.ended = ending.now(kind(flags), System.currentTimeMillis());
        }
    }

    private static Episode.Kind kind(int flags) {
        if ((flags & RowFlags.TERMINATED) != 0) {
            return Episode.Kind.TERMINATED;
        }
        return (flags & RowFlags.TRUNCATED) != 0 ? Episode.Kind.TRUNCATED : Episode.Kind.ABANDONED;
    }

    List<Episode> held(long tail) {
        return known.values().stream()
                .filter(each -> each.isHeld(tail))
                .map(each -> each.ended == null ? each.now(Episode.Kind.OPEN, Episode.NOT_ENDED) : each.ended)
                .toList();
    }
}
