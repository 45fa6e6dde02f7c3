package io.engram.replay.onheap;

import io.engram.replay.Windows;
import io.engram.replay.internal.PayloadLayout;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What is held of one episode, by step. Step i leads from state i to state i + 1.
 *
 * <p>With arrival rows the row of step number i holds state i and the action of step i - 1; with self-contained rows it
 * holds states i and i + 1 and the action of step i.
 */
final class HeapEpisode {
    private final TreeMap<Integer, Long> sequences = new TreeMap<>();
    private final boolean selfContained;
    private boolean ended;

    HeapEpisode(boolean selfContained) {
        this.selfContained = selfContained;
    }

    void add(int step, long sequence) {
        sequences.put(step, sequence);
    }

    void end() {
        ended = true;
    }

    /** Forgets the oldest row; true if there is none left. */
    boolean removeFirst() {
        sequences.pollFirstEntry();
        return sequences.isEmpty();
    }

    boolean isEmpty() {
        return sequences.isEmpty();
    }

    /** Whether no step will follow. */
    boolean hasEnded() {
        return ended;
    }

    /** How many steps it has so far, those no longer held included. */
    int length() {
        return sequences.isEmpty() ? 0 : sequences.lastKey() + (selfContained ? 1 : 0);
    }

    /** The first state that is held. */
    int firstHeld() {
        return sequences.firstKey();
    }

    boolean hasStep(int step) {
        return step >= firstHeld() && step < length();
    }

    /** The row of a number. */
    long sequence(int step) {
        return Objects.requireNonNull(sequences.get(step));
    }

    boolean holds(int step) {
        return sequences.containsKey(step);
    }

    /** The row with the action, reward and flags of a step. */
    HeapRing.Row stepRow(HeapRing ring, int step) {
        return ring.row(sequence(selfContained ? step : step + 1));
    }

    /** The row with a state, and where in its payload. */
    State state(HeapRing ring, PayloadLayout layout, int step, String field) {
        boolean last = selfContained && step == length();
        HeapRing.Row row = ring.row(sequence(last ? step - 1 : step));
        int offset = layout.slot(field).offset();
        return new State(row.payload(), offset + (last ? layout.nextOffset() : 0));
    }

    /** Where a state lies. Never compared. */
    @SuppressWarnings("ArrayRecordComponent")
    record State(byte[] payload, int offset) {}

    /**
     * Whether a window begins at a step, were it not shifted back.
     *
     * @param step where
     * @param length steps of the episode so far
     * @param ended whether there will be more
     * @param windows which there are
     */
    static boolean isWindow(int step, int length, boolean ended, Windows windows) {
        if (windows.wholeEpisodes()) {
            return step == 0 && ended && length <= windows.length();
        }
        if (step % windows.stride() != 0 || step >= length) {
            return false;
        }
        boolean full = step + windows.length() <= length;
        boolean uncovered = step == 0 || step - windows.stride() + windows.length() < length;
        return full || (ended && uncovered && windows.tail() != Windows.Tail.DROP);
    }
}
