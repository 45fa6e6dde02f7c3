package io.engram.replay.offheap.internal.catalogue;

import io.engram.replay.EpisodeFilter;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/** A look at the index, which does not change meanwhile. For one thread, inside an epoch; to be closed soon. */
public final class IndexReading implements AutoCloseable {
    private final GrowingMap map;
    private final EpisodeBook unread;
    private final RowCheck rows;
    private final Runnable onClose;

    IndexReading(GrowingMap map, EpisodeBook unread, RowCheck rows, Runnable onClose) {
        this.map = map;
        this.unread = unread;
        this.rows = rows;
        this.onClose = onClose;
    }

    /**
     * What the index does not have: episodes that are open, or whose records were not read yet.
     *
     * @return with the begins of those that are open
     */
    public EpisodeBook unread() {
        return unread;
    }

    /**
     * What the index has of an episode.
     *
     * @param number the episode's
     * @return null if it has nothing
     */
    public @Nullable StoredEpisode get(long number) {
        return map.get(number);
    }

    /**
     * Episodes of the index among which are all that a question is about; each as the rows have it.
     *
     * @param query the question
     * @param stream the number of the stream that it asks for; -1 if there is none
     * @param tail the oldest row that counts
     * @return in any order; null if the index does not agree with the rows
     */
    public @Nullable List<StoredEpisode> find(EpisodeQuery query, int stream, long tail) {
        List<StoredEpisode> found = new ArrayList<>();
        LongArrayList numbers = numbers(query, stream, tail);
        for (int i = 0; i < numbers.size(); i++) {
            StoredEpisode episode = map.get(numbers.getLong(i));
            RowCheck.Verdict verdict = episode == null ? RowCheck.Verdict.FALSE : rows.of(episode);
            if (verdict == RowCheck.Verdict.FALSE) {
                return null;
            }
            if (verdict == RowCheck.Verdict.TRUE && episode != null) {
                found.add(episode);
            }
        }
        return found;
    }

    private LongArrayList numbers(EpisodeQuery query, int stream, long tail) {
        EpisodeColumns columns = map.columns();
        EpisodeFilter filter = query.filter();
        if (filter == null) {
            return query.number() == EpisodeQuery.ANY
                    ? columns.started(query.from(), query.to(), tail)
                    : one(query.number(), tail);
        }
        return switch (filter.kind()) {
            case SUBJECT, TAG -> columns.withText(filter.kind(), filter.text(), tail);
            case STREAM -> columns.ofStream(stream, tail);
            // Ends that were not read yet could change the order.
            case BEST, WORST ->
                columns.ranked(filter.kind(), filter.count() + unread.entries().size(), tail);
        };
    }

    private LongArrayList one(long number, long tail) {
        LongArrayList found = new LongArrayList();
        StoredEpisode episode = map.get(number);
        if (episode != null && episode.end().last() >= tail) {
            found.addLong(number);
        }
        return found;
    }

    @Override
    public void close() {
        onClose.run();
    }
}
