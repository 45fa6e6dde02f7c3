package io.engram.replay.onheap;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.MemoryStats;
import io.engram.replay.RowLayout;
import io.engram.replay.Windows;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.PolicyVersions;
import io.engram.replay.internal.RowFlags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The rows, the counters and the lock that guards them: except for {@link #capacity()}, call nothing without it.
 *
 * <p>Rows have the sequences 0, 1, 2, ...; held is the window [tail, head), the last {@code capacity} of them. The row
 * of a sequence is at index sequence mod capacity.
 */
final class HeapRing {
    /** A row: what it is, the sequence of the row before it in its episode, and its fields. Never compared. */
    @SuppressWarnings("ArrayRecordComponent")
    record Row(int flags, long episode, long policyVersion, int step, long previous, long millis, byte[] payload) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Row> rows = new ArrayList<>();
    private final boolean selfContained;
    private final int capacity;
    private final List<HeapPriorityIndex> indexes;
    /** Those of which rows are held or may come. */
    private final Map<Long, HeapEpisode> episodesByNumber = new HashMap<>();

    private final PolicyVersions policyVersions = new PolicyVersions();
    private final LongSupplier clock;
    private final HeapEpisodes episodesKnown = new HeapEpisodes();
    private long head;
    private long episodes;
    private long appendedTransitions;
    private long sampledBatches;
    private long sampledTransitions;
    private long redraws;
    private boolean closed;

    HeapRing(RowLayout layout, int capacity, List<HeapPriorityIndex> indexes, LongSupplier clock) {
        this.clock = clock;
        this.indexes = indexes;
        this.selfContained = layout == RowLayout.SELF_CONTAINED;
        this.capacity = capacity;
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    void requireOpen() {
        if (closed) {
            throw new MemoryClosedException("the on-heap memory is closed; its rows are gone");
        }
    }

    void close() {
        closed = true;
        rows.clear();
    }

    int capacity() {
        return capacity;
    }

    /** Milliseconds since 1970. */
    long now() {
        return clock.getAsLong();
    }

    long head() {
        return head;
    }

    long tail() {
        return Math.max(0, head - capacity);
    }

    long size() {
        return head - tail();
    }

    long nextEpisode() {
        return episodes++;
    }

    /** Appends a row; if it ends a transition, that has its writer's priority or {@code Lane.UNRATED}. */
    long append(Row row, double priority) {
        long sequence = head++;
        if (sequence < capacity) {
            rows.add(row);
        } else {
            forgetFirst(row(sequence - capacity).episode());
            rows.set((int) (sequence % capacity), row);
            indexes.forEach(index -> index.evict(sequence - capacity));
        }
        HeapEpisode episode = Objects.requireNonNull(episodesByNumber.get(row.episode()));
        episode.add(row.step(), sequence);
        if (selfContained || !isFirst(row)) {
            appendedTransitions++;
        }
        for (HeapPriorityIndex index : indexes) {
            if (index.settings().windows() != null) {
                insertFullWindow(index, episode);
            } else if (endsTransition(sequence)) {
                index.insert(start(sequence), priority);
            }
        }
        return sequence;
    }

    private void forgetFirst(long number) {
        HeapEpisode episode = Objects.requireNonNull(episodesByNumber.get(number));
        if (episode.removeFirst() && episode.hasEnded()) {
            episodesByNumber.remove(number);
        }
    }

    /** After a step: the window that it completes. */
    private static void insertFullWindow(HeapPriorityIndex index, HeapEpisode episode) {
        Windows windows = Objects.requireNonNull(index.settings().windows());
        int begin = episode.length() - windows.length();
        if (begin >= 0
                && episode.holds(begin)
                && HeapEpisode.isWindow(begin, episode.length(), episode.hasEnded(), windows)) {
            index.insert(episode.sequence(begin), Lane.UNRATED);
        }
    }

    /** After the last step: the windows that no full one is. */
    private static void insertLastWindow(HeapPriorityIndex index, HeapEpisode episode) {
        Windows windows = index.settings().windows();
        if (windows != null) {
            int length = episode.length();
            int after = windows.wholeEpisodes() ? 0 : Math.max(0, length - windows.length() + 1);
            for (int begin = after; begin < length; begin++) {
                if (episode.holds(begin) && HeapEpisode.isWindow(begin, length, true, windows)) {
                    index.insert(episode.sequence(begin), Lane.UNRATED);
                }
            }
        }
    }

    List<HeapPriorityIndex> indexes() {
        return indexes;
    }

    void beginEpisode(long number) {
        episodesByNumber.put(number, new HeapEpisode(selfContained));
    }

    void endEpisode(long number) {
        HeapEpisode episode = Objects.requireNonNull(episodesByNumber.get(number));
        episode.end();
        for (HeapPriorityIndex index : indexes) {
            insertLastWindow(index, episode);
        }
        if (episode.isEmpty()) {
            episodesByNumber.remove(number);
        }
    }

    /** The episode of a row. */
    HeapEpisode episode(long sequence) {
        return Objects.requireNonNull(episodesByNumber.get(row(sequence).episode()));
    }

    HeapEpisodes episodes() {
        return episodesKnown;
    }

    PolicyVersions policyVersions() {
        return policyVersions;
    }

    Row row(long sequence) {
        return rows.get((int) (sequence % capacity));
    }

    /** Whether a transition ends in the row, and the row that it starts from is held. */
    boolean endsTransition(long sequence) {
        Row row = row(sequence);
        return selfContained || (!isFirst(row) && row.previous() >= tail());
    }

    /** The row that the transition which ends in a row starts from. */
    long start(long end) {
        return selfContained ? end : row(end).previous();
    }

    void countRedraws(int count) {
        redraws += count;
    }

    void countBatch(int transitions) {
        sampledBatches++;
        sampledTransitions += transitions;
    }

    MemoryStats stats(int payloadLength) {
        return new MemoryStats(
                size(),
                capacity,
                head,
                appendedTransitions,
                sampledBatches,
                sampledTransitions,
                redraws,
                0,
                0,
                0,
                0,
                indexes.stream().mapToLong(HeapPriorityIndex::updates).sum(),
                indexes.stream().mapToLong(HeapPriorityIndex::stale).sum(),
                indexes.stream().mapToLong(HeapPriorityIndex::clamped).sum(),
                size() * payloadLength,
                0);
    }

    private static boolean isFirst(Row row) {
        return (row.flags() & RowFlags.FIRST) != 0;
    }
}
