package io.engram.replay.offheap;

import io.engram.replay.Episode;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.offheap.internal.catalogue.EpisodeQuery;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.agrona.concurrent.EpochClock;

/**
 * Looks for episodes of a memory: those that {@link OffHeapReplayMemory#episodes} would list, open or with rows in the
 * window, by number, subject, tag, stream, start or return.
 *
 * <p>Without an index every question reads the whole journal. With one ({@link OffHeapMemoryBuilder#catalogue}) it
 * reads what is new in the journal and looks up the rest; answers are the same. Every method throws {@link
 * io.engram.replay.MemoryClosedException} once the memory is closed.
 *
 * <p>Safe for use by any number of threads. No question waits for the index, nor does a writer or a sampler. Not for
 * the hot path: answers are made of objects.
 */
public final class Catalogue {
    private final Function<EpisodeQuery, List<Episode>> episodes;
    private final EpochClock clock;
    private final Supplier<List<Snapshot>> snapshots;
    private final Supplier<Optional<ResumePoint>> origin;
    private final Supplier<IndexStatus> status;

    /** What a memory knows of its snapshots. */
    record Lineage(Supplier<List<Snapshot>> snapshots, Supplier<Optional<ResumePoint>> origin) {}

    Catalogue(
            Function<EpisodeQuery, List<Episode>> episodes,
            EpochClock clock,
            Lineage lineage,
            Supplier<IndexStatus> status) {
        this.episodes = episodes;
        this.clock = clock;
        this.snapshots = lineage.snapshots();
        this.origin = lineage.origin();
        this.status = status;
    }

    /**
     * One episode.
     *
     * @param number its number
     * @return nothing if there is none, or it has left the window
     */
    public Optional<Episode> episode(long number) {
        return number < 0
                ? Optional.empty()
                : episodes.apply(EpisodeQuery.ofNumber(number)).stream().findFirst();
    }

    /**
     * The episodes about a subject.
     *
     * @param subject of their label
     * @return by number in ascending order
     * @throws IllegalArgumentException if it is empty
     */
    public List<Episode> bySubject(String subject) {
        return select(EpisodeFilter.ofSubject(subject));
    }

    /**
     * The episodes with a tag.
     *
     * @param tag one of their label's
     * @return by number in ascending order
     * @throws IllegalArgumentException if it is empty
     */
    public List<Episode> byTag(String tag) {
        return select(EpisodeFilter.withTag(tag));
    }

    /**
     * The episodes of a stream.
     *
     * @param stream its name
     * @return by number in ascending order
     * @throws IllegalArgumentException if it is empty
     */
    public List<Episode> byStream(String stream) {
        return select(EpisodeFilter.ofStream(stream));
    }

    /**
     * The episodes that began in a span of time.
     *
     * @param fromMillis its first moment, in milliseconds since 1970 UTC
     * @param toMillis the first moment behind it
     * @return by number in ascending order
     * @throws IllegalArgumentException if the span ends before it begins
     */
    public List<Episode> startedBetween(long fromMillis, long toMillis) {
        if (fromMillis > toMillis) {
            throw new IllegalArgumentException("fromMillis=" + fromMillis + ", toMillis=" + toMillis
                    + ", expected a span that ends after it begins");
        }
        return episodes.apply(EpisodeQuery.started(fromMillis, toMillis));
    }

    /**
     * The episodes that began longer ago than a time.
     *
     * @param age counted from now, zero or more
     * @return by number in ascending order
     * @throws IllegalArgumentException if it is negative
     */
    public List<Episode> olderThan(Duration age) {
        return episodes.apply(EpisodeQuery.started(Long.MIN_VALUE, clock.time() - millis(age)));
    }

    /**
     * The episodes that began no longer ago than a time.
     *
     * @param age counted from now, zero or more
     * @return by number in ascending order
     * @throws IllegalArgumentException if it is negative
     */
    public List<Episode> youngerThan(Duration age) {
        return episodes.apply(EpisodeQuery.started(clock.time() - millis(age), Long.MAX_VALUE));
    }

    /**
     * The episodes with the greatest total rewards, as {@link EpisodeFilter#bestByReturn}.
     *
     * @param count so many, or all if there are fewer
     * @return best first
     * @throws IllegalArgumentException if the count is below 1
     */
    public List<Episode> bestByReturn(int count) {
        return select(EpisodeFilter.bestByReturn(count));
    }

    /**
     * The episodes with the least total rewards, as {@link EpisodeFilter#worstByReturn}.
     *
     * @param count so many, or all if there are fewer
     * @return worst first
     * @throws IllegalArgumentException if the count is below 1
     */
    public List<Episode> worstByReturn(int count) {
        return select(EpisodeFilter.worstByReturn(count));
    }

    /**
     * The episodes that a filter means.
     *
     * @param filter which
     * @return as {@link EpisodeFilter#select} of all
     */
    public List<Episode> select(EpisodeFilter filter) {
        return episodes.apply(EpisodeQuery.of(filter));
    }

    /**
     * The memory's snapshots, as their manifests tell: names, numbers, steps, times and rows.
     *
     * @return oldest first; none of a volatile memory or of a snapshot
     * @throws StorageException if one is damaged
     */
    public List<Snapshot> snapshots() {
        return snapshots.get();
    }

    /**
     * The snapshot that the memory was restored or forked from, as {@link OffHeapReplayMemory#resumePoint}: known until
     * the memory is opened with rows more. Of a memory that is a snapshot itself, that snapshot.
     *
     * @return nothing if that is not known
     */
    public Optional<ResumePoint> origin() {
        return origin.get();
    }

    /**
     * Whether questions are answered with the index at this moment; otherwise from the journal, which takes longer.
     *
     * @return false also while the index is being opened or made anew
     */
    public boolean isIndexed() {
        return status.get().state() == IndexStatus.State.READY;
    }

    /**
     * What has become of the index: whether it answers, and why it was made anew or cannot be had.
     *
     * @return at this moment
     */
    public IndexStatus indexStatus() {
        return status.get();
    }

    private static long millis(Duration age) {
        if (age.isNegative()) {
            throw new IllegalArgumentException("age=" + age + ", expected zero or more");
        }
        // Longer than there have been clocks.
        return age.compareTo(Duration.ofDays(1_000_000)) > 0
                ? Duration.ofDays(1_000_000).toMillis()
                : age.toMillis();
    }
}
