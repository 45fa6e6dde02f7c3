package io.engram.replay.onheap;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.MemoryStats;
import io.engram.replay.RowLayout;
import io.engram.replay.internal.PolicyVersions;
import io.engram.replay.internal.RowFlags;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The rows, the counters and the lock that guards them: except for {@link #capacity()}, call nothing without it.
 *
 * <p>Rows have the sequences 0, 1, 2, ...; held is the window [tail, head), the last {@code capacity} of them. The row
 * of a sequence is at index sequence mod capacity.
 */
final class HeapRing {
    /** A row: what it is, the sequence of the row before it in its episode, and its fields. Never compared. */
    @SuppressWarnings("ArrayRecordComponent")
    record Row(int flags, long episode, long policyVersion, int step, long previous, byte[] payload) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final List<Row> rows = new ArrayList<>();
    private final boolean selfContained;
    private final int capacity;
    private final List<HeapPriorityIndex> indexes;
    private final Set<Long> openEpisodes = new HashSet<>();
    private final PolicyVersions policyVersions = new PolicyVersions();
    private final HeapEpisodes episodesKnown = new HeapEpisodes();
    private long head;
    private long episodes;
    private long appendedTransitions;
    private long sampledBatches;
    private long sampledTransitions;
    private long redraws;
    private boolean closed;

    HeapRing(RowLayout layout, int capacity, List<HeapPriorityIndex> indexes) {
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
            rows.set((int) (sequence % capacity), row);
            indexes.forEach(index -> index.evict(sequence - capacity));
        }
        if (selfContained || !isFirst(row)) {
            appendedTransitions++;
        }
        if (endsTransition(sequence)) {
            indexes.forEach(index -> index.insert(start(sequence), sequence, priority));
        }
        return sequence;
    }

    List<HeapPriorityIndex> indexes() {
        return indexes;
    }

    /** The episodes that more rows can come of. */
    Set<Long> openEpisodes() {
        return openEpisodes;
    }

    HeapEpisodes episodes() {
        return episodesKnown;
    }

    PolicyVersions policyVersions() {
        return policyVersions;
    }

    Row row(long sequence) {
        assert sequence >= tail() && sequence < head : sequence;
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

    void countRedraw() {
        redraws++;
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
