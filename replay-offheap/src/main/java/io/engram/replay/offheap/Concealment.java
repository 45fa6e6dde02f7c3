package io.engram.replay.offheap;

import io.engram.replay.Episode;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.erasure.Container;
import io.engram.replay.offheap.internal.erasure.Selection;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.priority.RingIndex;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.RowEraser;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.agrona.collections.LongHashSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first half of an erasure: from here on nobody appends to, samples or finds what is to be erased. One at a time,
 * while nothing is taken back.
 *
 * <p>(1) The next episode's number is read: what begins later is not meant. Begins under way are waited for, so that
 * the journal tells of every episode before it. (2) Episodes that are open are marked: their writers append no row
 * more. Calls under way are waited for, so that every row is there or never will be. (3) Rows are erased.
 *
 * <p>Nobody waits for ever. A begin that takes too long is looked for once more after (2), and if it takes longer still
 * the erasure is tried again later. A writer that stays in its call loses the slots that it has claimed and not
 * published, as if they had been sealed; when it wants to claim others it sees the mark.
 */
final class Concealment {
    private static final Logger LOG = LoggerFactory.getLogger(Concealment.class);
    static final Duration PATIENCE = Duration.ofSeconds(2);
    static final long PAUSE_NANOS = 20_000;
    /** Rows that are looked at while nothing is unmapped. */
    private static final long PIECE = 1 << 16;

    private final OffHeapReplayMemory memory;
    private final Episodes episodes;
    private final Ring ring;
    /** Whether the journal told of every episode when {@link #awaitCalls} returned. */
    private boolean journalComplete = true;

    /**
     * What was concealed.
     *
     * @param rows that could be sampled before
     * @param tail the window's first row
     * @param head one more than the last row that is meant
     * @param nextEpisode one more than the last episode that is meant
     * @param stopped threads that did not leave a call in time, and may still store into slots that were closed to them
     * @param complete false if an episode that is meant may be missing, because its begin is still being recorded
     */
    record Concealed(long rows, long tail, long head, long nextEpisode, List<String> stopped, boolean complete) {}

    /** Rows from one on, up to another. */
    private record Range(long from, long to) {
        Range within(long least, long end) {
            return new Range(Math.max(least, from), Math.min(end, to));
        }
    }

    /** What is known once everybody has seen what is marked, or was waited for long enough. */
    private record Stopped(long bound, List<String> threads, boolean complete) {}

    /** Rows that are chosen one by one: some of a range, and some before it. */
    private record Rows(Range range, List<Long> predecessors, RowEraser.Meant meant) {}

    /** An episode, and where its rows can be. */
    private record Doomed(long number, int stream, boolean open, long first, long last) {}

    Concealment(OffHeapReplayMemory memory, Episodes episodes) {
        this.memory = memory;
        this.episodes = episodes;
        this.ring = memory.ring();
    }

    /**
     * Conceals what is meant by name or number here and now.
     *
     * @param selection what
     * @param bound episodes from this number on are not meant
     */
    Concealed conceal(Selection selection, long bound) {
        boolean complete = awaitBegins(bound);
        List<Doomed> doomed = select(selection, bound);
        List<String> stopped = stop(doomed);
        if (!complete) {
            complete = !episodes.isBeginningBelow(bound);
            doomed = select(selection, bound);
            stopped = stop(doomed);
        }
        return conceal(doomed, rows(selection), selection::names, new Stopped(bound, stopped, complete));
    }

    private List<Doomed> select(Selection selection, long bound) {
        List<Doomed> doomed = new ArrayList<>();
        Map<String, Integer> streams = new HashMap<>();
        memory.streamNames().forEach((number, name) -> streams.put(name, number));
        for (Episode episode : select(selection)) {
            Integer stream = streams.get(episode.stream());
            if (episode.number() < bound && stream != null) {
                doomed.add(new Doomed(
                        episode.number(),
                        stream,
                        episode.kind() == Episode.Kind.OPEN,
                        episode.firstSequence(),
                        episode.lastSequence()));
            }
        }
        return doomed;
    }

    private static Rows rows(Selection selection) {
        return new Rows(range(selection), List.of(), (sequence, episode) -> true);
    }

    private static Range range(Selection selection) {
        boolean bySequence = selection.kind() == Selection.Kind.SEQUENCES;
        return bySequence ? new Range(selection.from(), selection.to()) : new Range(0, 0);
    }

    /**
     * Conceals what was found out before, here or in another memory of the lineage: here the same numbers may be those
     * of other episodes.
     *
     * @param selection what
     * @param meant what it means in this memory
     * @param bound episodes from this number on are not meant
     */
    Concealed conceal(Selection selection, Container meant, long bound) {
        List<Doomed> doomed = new ArrayList<>();
        meant.episodes().forEach((number, entry) -> {
            EpisodeBook.Begin begin = entry.begin();
            EpisodeBook.End end = entry.end();
            if (number >= bound) {
                return;
            }
            if (begin != null) {
                long last = end == null ? Long.MAX_VALUE - 1 : end.last();
                doomed.add(new Doomed(number, begin.stream(), end == null, begin.head(), last));
            } else {
                // The journal has forgotten where its rows are, and nobody appends to it.
                doomed.add(new Doomed(number, 0, false, 0, Long.MAX_VALUE - 1));
            }
        });
        Stopped stopped = new Stopped(bound, stop(doomed), journalComplete);
        Rows rows = new Rows(range(selection), meant.predecessors(), meant::dooms);
        return conceal(doomed, rows, selection::names, stopped);
    }

    /** Marks what is open, and returns the threads that may not have seen it. */
    private List<String> stop(List<Doomed> doomed) {
        memory.positions().erase(open(doomed));
        return awaitEpoch();
    }

    private static Map<Long, Integer> open(List<Doomed> doomed) {
        Map<Long, Integer> open = new HashMap<>();
        doomed.stream().filter(Doomed::open).forEach(each -> open.put(each.number(), each.stream()));
        return open;
    }

    private Concealed conceal(List<Doomed> doomed, Rows chosen, Predicate<EpisodeLabel> named, Stopped stopped) {
        Map<Long, Integer> open = open(doomed);
        Set<Long> gone = doomed.stream().map(Doomed::number).collect(Collectors.toSet());
        episodes.erase(gone, open);
        memory.positions().hideLabels(named, gone);
        long head = ring.head();
        long tail = ring.tail(head);
        if (!stopped.threads.isEmpty()) {
            // Of the tail's segment all: whoever claimed before has claimed below this head.
            SegmentGeometry geometry = ring.geometry();
            long from = Math.max(ring.tail(0), geometry.firstSequence(geometry.ordinal(tail)));
            Range claimed = new Range(from, head);
            inPieces(claimed, this::close);
        }
        RowEraser eraser =
                new RowEraser(ring, memory.schema().rowLayout(), row -> removeLeaves(row, ring.tail(ring.head())));
        LongHashSet numbers = new LongHashSet();
        doomed.forEach(each -> numbers.add(each.number()));
        long rows = inPieces(
                chosen.range.within(tail, head),
                piece -> eraser.eraseWithPredecessors(piece.from, piece.to, chosen.meant));
        for (long each : chosen.predecessors) {
            // Of a row that cannot tell of it any more: it was erased before the process died.
            Range row = new Range(each, each + 1).within(tail, head);
            rows += inPieces(row, piece -> eraser.erase(piece.from, piece.to, (sequence, episode) -> true));
        }
        for (Range each : merged(doomed, tail, head)) {
            rows += inPieces(
                    each,
                    piece -> eraser.erase(piece.from, piece.to, (sequence, episode) -> numbers.contains(episode)));
        }
        return new Concealed(rows, tail, head, stopped.bound, stopped.threads, stopped.complete);
    }

    private List<Episode> select(Selection selection) {
        Catalogue catalogue = memory.catalogue();
        return switch (selection.kind()) {
            case SEQUENCES -> List.of();
            case EPISODES -> byNumber(selection.episodes());
            case STREAM -> catalogue.select(EpisodeFilter.ofStream(selection.text()));
            case SUBJECT -> catalogue.select(EpisodeFilter.ofSubject(selection.text()));
            case TAG -> catalogue.select(EpisodeFilter.withTag(selection.text()));
        };
    }

    private List<Episode> byNumber(List<Long> numbers) {
        Set<Long> wanted = Set.copyOf(numbers);
        return memory.episodes().stream()
                .filter(episode -> wanted.contains(episode.number()))
                .toList();
    }

    /** Where rows of episodes can be, in ascending order and apart. */
    private static List<Range> merged(List<Doomed> doomed, long tail, long head) {
        List<Range> ranges = doomed.stream()
                // What is open may have got rows after it was asked for.
                .map(each -> new Range(each.first, each.open ? head : each.last + 1).within(tail, head))
                .filter(range -> range.from < range.to)
                .sorted(Comparator.comparingLong(Range::from))
                .toList();
        List<Range> merged = new ArrayList<>();
        for (Range range : ranges) {
            Range last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last != null && range.from <= last.to) {
                merged.set(merged.size() - 1, new Range(last.from, Math.max(last.to, range.to)));
            } else {
                merged.add(range);
            }
        }
        return merged;
    }

    private long inPieces(Range range, ToLongFunction<Range> erase) {
        EpochRecord epoch = memory.epochs().register();
        long rows = 0;
        try {
            for (long from = range.from; from < range.to; from += PIECE) {
                epoch.enter();
                try {
                    rows += erase.applyAsLong(new Range(from, Math.min(range.to, from + PIECE)));
                } finally {
                    epoch.exit();
                }
            }
        } finally {
            memory.epochs().unregister(epoch);
        }
        return rows;
    }

    private void removeLeaves(long start, long tail) {
        if (start >= tail) {
            for (RingIndex index : memory.indexes().all()) {
                index.remove(start);
            }
        }
    }

    /** Closes what is claimed and not published: its writer, held up, has to claim again, and sees what is marked. */
    private long close(Range range) {
        for (long sequence = range.from; sequence < range.to; sequence++) {
            long address = ring.rowAddress(sequence);
            if (address != 0) {
                Slot.close(address, sequence);
            }
        }
        return 0;
    }

    /** Waits for begins, appends and samples that are under way. */
    void awaitCalls() {
        journalComplete = awaitBegins(memory.nextEpisode());
        awaitEpoch();
    }

    /** Waits until the journal tells of every episode that has a number below one; false if it still may not. */
    private boolean awaitBegins(long bound) {
        long start = System.nanoTime();
        while (episodes.isBeginningBelow(bound)) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                LOG.warn("a thread has been recording the begin of an episode for {}, while rows are erased", PATIENCE);
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }

    /** Waits for appends and samples that are under way, and returns the threads whose are so still. */
    private List<String> awaitEpoch() {
        Epochs epochs = memory.epochs();
        long ended = epochs.advance();
        long start = System.nanoTime();
        while (!epochs.hasPassed(ended)) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                List<String> holders = epochs.holders(ended);
                LOG.warn(
                        "threads {} are inside an append or a sample for {}, while rows are erased", holders, PATIENCE);
                return holders;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return List.of();
    }
}
