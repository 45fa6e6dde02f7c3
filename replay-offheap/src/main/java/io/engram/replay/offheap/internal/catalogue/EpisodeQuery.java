package io.engram.replay.offheap.internal.catalogue;

import io.engram.replay.Episode;
import io.engram.replay.EpisodeFilter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question to the catalogue: one episode, those that a filter means, or those that began in a span of time.
 * Immutable.
 *
 * @param filter which are meant; null where one or a span is
 * @param number of the one that is meant, or {@link #ANY}
 * @param from the first moment, in milliseconds since 1970 UTC
 * @param to the first moment behind the span
 */
public record EpisodeQuery(@Nullable EpisodeFilter filter, long number, long from, long to) {
    /** A number that no episode has. */
    public static final long ANY = -1;

    /**
     * One episode.
     *
     * @param number its number
     * @return the question
     */
    public static EpisodeQuery ofNumber(long number) {
        return new EpisodeQuery(null, number, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /**
     * Those that a filter means.
     *
     * @param filter the filter
     * @return the question
     */
    public static EpisodeQuery of(EpisodeFilter filter) {
        return new EpisodeQuery(filter, ANY, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /**
     * Those that began in a span of time.
     *
     * @param from the first moment
     * @param to the first moment behind it
     * @return the question
     */
    public static EpisodeQuery started(long from, long to) {
        return new EpisodeQuery(null, ANY, from, to);
    }

    /**
     * Answers from all episodes, or from a part that has the answer in it.
     *
     * @param episodes with different numbers
     * @return in the filter's order, else by number in ascending order
     */
    public List<Episode> select(Collection<Episode> episodes) {
        if (filter != null) {
            return filter.select(episodes);
        }
        return episodes.stream()
                .filter(each ->
                        number == ANY ? each.startMillis() >= from && each.startMillis() < to : each.number() == number)
                .sorted(Comparator.comparingLong(Episode::number))
                .toList();
    }
}
