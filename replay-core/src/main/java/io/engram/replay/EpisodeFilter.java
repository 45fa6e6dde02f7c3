package io.engram.replay;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which episodes are meant: those of a subject, with a tag, of a stream, or those with the greatest or the least total
 * rewards. Immutable.
 *
 * @param kind by what
 * @param text the subject, tag or stream; empty where there is none
 * @param count how many of the best or worst; 0 where all that match are meant
 * @param refreshEvery a sampler looks for episodes anew after so many batches, at least 1
 */
public record EpisodeFilter(Kind kind, String text, int count, long refreshEvery) {
    /** What {@link #refreshEvery} is unless said. */
    public static final long DEFAULT_REFRESH = 100;

    private static final Comparator<Episode> WORST =
            Comparator.comparingDouble(Episode::totalReward).thenComparingLong(Episode::number);
    private static final Comparator<Episode> BEST =
            Comparator.comparingDouble(Episode::totalReward).reversed().thenComparingLong(Episode::number);

    /** By what episodes are chosen. */
    public enum Kind {
        /** By the subject of their label. */
        SUBJECT,
        /** By a tag of their label. */
        TAG,
        /** By their stream. */
        STREAM,
        /** The greatest total rewards. */
        BEST,
        /** The least total rewards. */
        WORST
    }

    /**
     * Checks the parts.
     *
     * @param kind by what
     * @param text the subject, tag or stream; empty where there is none
     * @param count how many of the best or worst
     * @param refreshEvery batches
     * @throws IllegalArgumentException if a part is out of bounds
     */
    public EpisodeFilter {
        boolean ranks = kind == Kind.BEST || kind == Kind.WORST;
        if (ranks ? count < 1 || !text.isEmpty() : count != 0 || text.isEmpty()) {
            throw new IllegalArgumentException("episode filter kind=" + kind + ", text='" + text + "', count=" + count
                    + ", expected " + (ranks ? "a count of at least 1 and no text" : "a text and no count"));
        }
        if (refreshEvery < 1) {
            throw new IllegalArgumentException(
                    "episode filter refreshEvery=" + refreshEvery + ", expected at least 1 batch");
        }
    }

    /**
     * Episodes about a subject.
     *
     * @param subject of their label
     * @return the filter
     * @throws IllegalArgumentException if it is empty
     */
    public static EpisodeFilter ofSubject(String subject) {
        return new EpisodeFilter(Kind.SUBJECT, subject, 0, DEFAULT_REFRESH);
    }

    /**
     * Episodes with a tag.
     *
     * @param tag one of their label's
     * @return the filter
     * @throws IllegalArgumentException if it is empty
     */
    public static EpisodeFilter withTag(String tag) {
        return new EpisodeFilter(Kind.TAG, tag, 0, DEFAULT_REFRESH);
    }

    /**
     * Episodes of a stream.
     *
     * @param stream its name
     * @return the filter
     * @throws IllegalArgumentException if it is empty
     */
    public static EpisodeFilter ofStream(String stream) {
        return new EpisodeFilter(Kind.STREAM, stream, 0, DEFAULT_REFRESH);
    }

    /**
     * The episodes with the greatest total rewards, of those that ended terminated or truncated and whose total reward
     * is known; of equal ones the oldest.
     *
     * @param count so many, or all if there are fewer
     * @return the filter
     * @throws IllegalArgumentException if the count is below 1
     */
    public static EpisodeFilter bestByReturn(int count) {
        return new EpisodeFilter(Kind.BEST, "", count, DEFAULT_REFRESH);
    }

    /**
     * The episodes with the least total rewards, otherwise as {@link #bestByReturn}.
     *
     * @param count so many, or all if there are fewer
     * @return the filter
     * @throws IllegalArgumentException if the count is below 1
     */
    public static EpisodeFilter worstByReturn(int count) {
        return new EpisodeFilter(Kind.WORST, "", count, DEFAULT_REFRESH);
    }

    /**
     * The same episodes, looked for more or less often by a sampler.
     *
     * @param batches from one time to the next, at least 1
     * @return the filter
     * @throws IllegalArgumentException if it is less
     */
    public EpisodeFilter refreshedEvery(long batches) {
        return new EpisodeFilter(kind, text, count, batches);
    }

    /**
     * Whether an episode is meant, or may be by its rank.
     *
     * @param episode any
     * @return false if it is not, whatever others there are
     */
    public boolean admits(Episode episode) {
        return switch (kind) {
            case SUBJECT -> text.equals(episode.label().subject());
            case TAG -> episode.label().tags().contains(text);
            case STREAM -> text.equals(episode.stream());
            case BEST, WORST -> isRanked(episode.kind(), episode.totalReward());
        };
    }

    /**
     * Whether an episode has a rank among the best and worst.
     *
     * @param kind whether and how it has ended
     * @param totalReward as {@link Episode#totalReward}
     * @return true if it ended terminated or truncated and its total reward is known
     */
    public static boolean isRanked(Episode.Kind kind, double totalReward) {
        return (kind == Episode.Kind.TERMINATED || kind == Episode.Kind.TRUNCATED) && !Double.isNaN(totalReward);
    }

    /**
     * Those of some episodes that are meant.
     *
     * @param episodes with different numbers
     * @return best or worst first, else by number in ascending order
     */
    public List<Episode> select(Collection<Episode> episodes) {
        Stream<Episode> admitted = episodes.stream().filter(this::admits);
        return switch (kind) {
            case BEST -> admitted.sorted(BEST).limit(count).toList();
            case WORST -> admitted.sorted(WORST).limit(count).toList();
            default ->
                admitted.sorted(Comparator.comparingLong(Episode::number)).toList();
        };
    }
}
