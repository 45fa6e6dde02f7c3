package io.engram.replay.offheap;

import io.engram.replay.Episode;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.internal.EpisodeProgress;
import io.engram.replay.internal.LanePosition;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.offheap.internal.catalogue.CatalogueIndex;
import io.engram.replay.offheap.internal.catalogue.EpisodeQuery;
import io.engram.replay.offheap.internal.catalogue.IndexReading;
import io.engram.replay.offheap.internal.catalogue.StoredEpisode;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.journal.EpisodeJournal;
import io.engram.replay.offheap.internal.journal.JournalWriter;
import io.engram.replay.offheap.internal.ring.EpisodeLog;
import io.engram.replay.offheap.internal.ring.OpenEpisodes;
import io.engram.replay.offheap.internal.ring.Ring;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.EpochClock;
import org.jspecify.annotations.Nullable;

/** The episodes of a memory: those that its journal tells of, and how far the open ones have come. */
final class Episodes {
    private final Ring ring;
    private final EpisodeJournal journal;
    private final OpenEpisodes open;
    private final EpochClock clock;
    private final AtomicLong numbers;
    /** The reward of no steps. */
    private final double zero;

    /** What the journal may tell of still, though it is being erased. */
    private final Set<Long> erased = ConcurrentHashMap.newKeySet();

    /** What each writer is about to record; forgotten with the writer. */
    private final Set<AtomicLong> beginnings = Collections.newSetFromMap(new WeakHashMap<>());

    private @Nullable CatalogueIndex index;
    /** By stream. */
    private final Map<Integer, EpisodeProgress> progress = new ConcurrentHashMap<>();
    /** By stream: of episodes that nobody goes on with yet. */
    private final Map<Integer, EpisodeProgress> suspended = new ConcurrentHashMap<>();

    Episodes(
            Ring ring,
            EpisodeJournal journal,
            OpenEpisodes open,
            PayloadLayout layout,
            EpochClock clock,
            long nextNumber) {
        this.ring = ring;
        this.journal = journal;
        this.open = open;
        this.clock = clock;
        this.numbers = new AtomicLong(nextNumber);
        this.zero = layout.reward() == null ? Double.NaN : 0;
    }

    /** The number of the next episode. */
    long nextNumber() {
        return numbers.get();
    }

    /** Episodes that were open when the snapshot was taken that the memory was made from, and can go on. */
    void suspend(Collection<LanePosition> positions) {
        for (LanePosition position : positions) {
            if (position.inEpisode()) {
                EpisodeProgress of = new EpisodeProgress();
                of.resume(
                        position.episode(),
                        position.first(),
                        position.previous(),
                        position.length(),
                        position.totalReward());
                suspended.put(position.streamId(), of);
                open.register(position.streamId());
                open.resume(position.streamId(), position.episode());
            }
        }
    }

    /** What a writer is to tell of its episodes. */
    EpisodeLog newLog() {
        EpisodeLog log = new EpisodeLog(numbers, open, new JournalWriter(journal, clock));
        synchronized (beginnings) {
            beginnings.add(log.beginning());
        }
        return log;
    }

    /** Whether the journal may not tell yet of an episode that has a number below one. */
    boolean isBeginningBelow(long number) {
        synchronized (beginnings) {
            return beginnings.stream().anyMatch(each -> each.get() < number);
        }
    }

    /** Makes room for a stream, whose writer keeps the progress up to date. */
    void follow(int stream, EpisodeProgress of) {
        open.register(stream);
        progress.put(stream, of);
    }

    /** From here on no question finds these episodes; those of them that are open, by stream, do not go on. */
    void erase(Set<Long> doomed, Map<Long, Integer> streamsOfOpen) {
        erased.addAll(doomed);
        journal.owed().removeIf(owed -> doomed.contains(owed.progress().episode()));
        streamsOfOpen.forEach((episode, stream) -> {
            suspended.computeIfPresent(stream, (of, waiting) -> waiting.episode() == episode ? null : waiting);
            open.erase(stream, episode);
        });
    }

    /** At the end, when nobody appends any more. */
    void endAll() {
        JournalWriter writer = new JournalWriter(journal, clock);
        progress.forEach((stream, of) -> {
            if (of.episode() != EpisodeProgress.NONE && open.isOpen(stream, of.episode())) {
                writer.record(stream, of, Episode.Kind.ABANDONED, false);
            }
        });
        if (index != null) {
            index.finish(open::isOpen);
        }
    }

    /** Answers with an index where that can be. Before anybody asks, and before the journal gives anything up. */
    void answerWith(@Nullable CatalogueIndex newIndex) {
        index = newIndex;
        if (newIndex != null) {
            newIndex.recognise();
        }
    }

    /** The index, or null without one. */
    @Nullable
    CatalogueIndex index() {
        return index;
    }

    /** Begins to make the index ready, if there is one. */
    void startIndex() {
        if (index != null) {
            index.start();
        }
    }

    /** Ends the index's thread, if there is one. */
    void stopIndex() {
        if (index != null) {
            index.stop();
        }
    }

    /** The index does not answer until {@link #renewIndex}. */
    void pauseIndex() {
        if (index != null) {
            index.pause();
        }
    }

    /** Makes the index anew, if there is one; false if files of the old one may be there still. */
    boolean renewIndex(Duration timeout) throws IOException {
        return index == null || index.renew(timeout);
    }

    /** Whether there is an index, ready or not. */
    boolean hasIndex() {
        return index != null;
    }

    /** What has become of the index. */
    IndexStatus indexStatus() {
        CatalogueIndex asked = index;
        if (asked == null) {
            return IndexStatus.NONE;
        }
        IndexStatus.State state = switch (asked.state()) {
            case NEW, READING -> IndexStatus.State.OPENING;
            case READY -> IndexStatus.State.READY;
            case FAILED -> IndexStatus.State.UNAVAILABLE;
        };
        return new IndexStatus(state, asked.timesMadeAnew(), asked.reason());
    }

    /** The answer to a question. For callers inside an epoch. */
    List<Episode> select(EpisodeQuery query, Map<Integer, String> streams) {
        CatalogueIndex asked = index;
        List<Episode> found = asked == null ? null : selectWith(asked, query, streams);
        return found == null ? query.select(held(streams)) : found;
    }

    /** The index's answer, with what is newer in the journal; null if it has none. */
    private @Nullable List<Episode> selectWith(CatalogueIndex asked, EpisodeQuery query, Map<Integer, String> streams) {
        try (IndexReading reading = asked.tryRead()) {
            if (reading == null) {
                return null;
            }
            // After the journal was read: an end found there is of rows before this head.
            long tail = ring.tail(ring.head());
            List<StoredEpisode> stored = reading.find(query, stream(query, streams), tail);
            if (stored == null) {
                asked.distrust();
                return null;
            }
            Map<Long, Episode> found = new HashMap<>();
            for (StoredEpisode each : stored) {
                found.put(each.number(), episode(each.number(), streams, each.begin(), each.end()));
            }
            if (!addUnread(reading, streams, found)) {
                return null;
            }
            found.keySet().removeAll(erased);
            found.values().removeIf(each -> each.kind() != Episode.Kind.OPEN && each.lastSequence() < tail);
            return query.select(found.values());
        } catch (RuntimeException | LinkageError | InternalError e) {
            asked.failed(e);
            return null;
        }
    }

    /** Adds what the index does not have; false if one cannot tell without all of the journal. */
    private boolean addUnread(IndexReading reading, Map<Integer, String> streams, Map<Long, Episode> found) {
        Map<Long, EpisodeBook.Entry> unread = reading.unread().entries();
        Map<Integer, Long> newest = new HashMap<>();
        unread.forEach((number, entry) -> {
            if (entry.begin() != null) {
                newest.merge(entry.begin().stream(), number, Math::max);
            }
        });
        for (Map.Entry<Long, EpisodeBook.Entry> each : unread.entrySet()) {
            long number = each.getKey();
            StoredEpisode known = reading.get(number);
            EpisodeBook.Begin begin = known == null ? each.getValue().begin() : known.begin();
            EpisodeBook.End end = each.getValue().end();
            // What is known has ended; a begin of it is one more copy.
            if (begin != null && (known == null || end != null)) {
                if (end != null || open.isOpen(begin.stream(), number)) {
                    found.put(number, episode(number, streams, begin, end));
                } else if (newest.getOrDefault(begin.stream(), number) == number) {
                    return false;
                }
                // Else its stream has gone on to another one: the end was read before this copy of the begin, and by
                // then its rows had left the window.
            }
        }
        return true;
    }

    /** The number of the stream that a question asks for, or -1. */
    private static int stream(EpisodeQuery query, Map<Integer, String> streams) {
        EpisodeFilter filter = query.filter();
        if (filter != null && filter.kind() == EpisodeFilter.Kind.STREAM) {
            for (Map.Entry<Integer, String> each : streams.entrySet()) {
                if (each.getValue().equals(filter.text())) {
                    return each.getKey();
                }
            }
        }
        return -1;
    }

    /** Those that are open or have rows in the window, by number. For callers inside an epoch. */
    List<Episode> held(Map<Integer, String> streams) {
        EpisodeBook book = new EpisodeBook();
        journal.forEach(book);
        journal.owed().forEach(book::add);
        long tail = ring.tail(ring.head());
        List<Episode> held = new ArrayList<>();
        book.entries().forEach((number, entry) -> {
            EpisodeBook.Begin begin = entry.begin();
            EpisodeBook.End end = entry.end();
            if (begin != null && (end == null || end.last() >= tail) && !erased.contains(number)) {
                held.add(episode(number, streams, begin, end));
            }
        });
        return List.copyOf(held);
    }

    private Episode episode(
            long number, Map<Integer, String> streams, EpisodeBook.Begin begin, EpisodeBook.@Nullable End end) {
        EpisodeProgress now = new EpisodeProgress();
        if (end == null) {
            EpisodeProgress of = progress.getOrDefault(begin.stream(), suspended.get(begin.stream()));
            if (of != null) {
                of.copyTo(number, zero, now);
            } else {
                now.resume(number, Episode.NO_ROW, Episode.NO_ROW, 0, zero);
            }
        } else {
            now.resume(number, end.first(), end.last(), end.length(), end.totalReward());
        }
        return new Episode(
                number,
                String.valueOf(streams.get(begin.stream())),
                end == null ? Episode.Kind.OPEN : end.kind(),
                end != null && end.recovered(),
                now.length(),
                now.totalReward(),
                now.first(),
                now.last(),
                begin.begun(),
                end == null ? Episode.NOT_ENDED : end.ended(),
                begin.policyVersion(),
                begin.label());
    }
}
