package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The oracle of what a memory must still hold after its process died: what each append that returned said, and nothing
 * of how the memory works. Rows are {@link Experience}.
 */
final class Acknowledged {
    private final RowLayout layout;
    private final long capacity;
    private final Map<String, TreeMap<Long, Long>> sequencesByCount = new HashMap<>();
    private long highest = -1;

    /** A row that was recognised. */
    record Known(String stream, long count) {}

    Acknowledged(RowLayout layout, long capacity) {
        this.layout = layout;
        this.capacity = capacity;
    }

    /** An append to a stream returned: the row of that count has that sequence; those before it are appended, too. */
    void add(String stream, long count, long sequence) {
        sequencesByCount.computeIfAbsent(stream, name -> new TreeMap<>()).put(count, sequence);
        highest = Math.max(highest, sequence);
    }

    /** The highest sequence that an append returned, -1 before the first. */
    long highest() {
        return highest;
    }

    /** Of each stream the last row alone, which stands for those before it. */
    Acknowledged latest() {
        Acknowledged latest = new Acknowledged(layout, capacity);
        sequencesByCount.forEach((stream, counts) ->
                latest.add(stream, counts.lastKey(), counts.lastEntry().getValue()));
        return latest;
    }

    /** How many streams have a row. */
    int streams() {
        return sequencesByCount.size();
    }

    /**
     * Compares with what is held.
     *
     * @param held all published rows of the window
     * @param streams the memory's names of streams
     * @param claimed a sequence that no claim went beyond when the process died
     * @return the count of the last row of every stream
     */
    Map<String, Long> requireHeld(SortedMap<Long, StoredRow> held, Map<Integer, String> streams, long claimed) {
        Map<String, TreeMap<Long, Long>> found = recognise(held, streams);
        long tail = claimed - capacity;
        sequencesByCount.forEach((stream, acknowledged) -> {
            TreeMap<Long, Long> rowsOfStream = found.getOrDefault(stream, new TreeMap<>());
            acknowledged.forEach((count, sequence) -> {
                Long at = rowsOfStream.get(count);
                if (at == null ? sequence >= tail : !at.equals(sequence)) {
                    throw new AssertionError("lost: row " + count + " of stream " + stream + " was acknowledged at"
                            + " sequence=" + sequence + ", found at " + at + ", tail=" + tail + ", held "
                            + (held.isEmpty() ? "nothing" : held.firstKey() + " to " + held.lastKey()));
                }
            });
        });
        Map<String, Long> last = new HashMap<>();
        sequencesByCount.forEach((stream, acknowledged) -> last.put(stream, acknowledged.lastKey()));
        found.forEach((stream, counts) -> last.merge(stream, counts.lastKey(), Math::max));
        return last;
    }

    /** What to compare with after the next death: all that was found after this one. */
    Acknowledged next(SortedMap<Long, StoredRow> held, Map<Integer, String> streams) {
        Acknowledged next = new Acknowledged(layout, capacity);
        recognise(held, streams)
                .forEach((stream, counts) -> counts.forEach((count, sequence) -> next.add(stream, count, sequence)));
        return next;
    }

    /** Every row is whole and the rows of a stream have no gap; returns the sequences by stream and count. */
    private Map<String, TreeMap<Long, Long>> recognise(SortedMap<Long, StoredRow> held, Map<Integer, String> streams) {
        Map<String, TreeMap<Long, Long>> found = new HashMap<>();
        held.forEach((sequence, row) -> {
            String stream = streams.get(row.stream());
            assertThat(stream).as("name of the stream of %s", row).isNotNull();
            long count = Experience.count(row, layout, stream);
            TreeMap<Long, Long> counts = found.computeIfAbsent(stream, name -> new TreeMap<>());
            if (!counts.isEmpty() && counts.lastKey() != count - 1) {
                throw new AssertionError("lost: stream " + stream + " has row " + counts.lastEntry() + " and then row "
                        + count + " at sequence=" + sequence);
            }
            if (row.step() > 0 && !counts.isEmpty() && counts.lastEntry().getValue() != sequence - row.back()) {
                throw new AssertionError(
                        "torn: the row before in the episode is " + counts.lastEntry() + ", but " + row);
            }
            counts.put(count, sequence);
        });
        return found;
    }

    /** Opens a directory that its process left behind, compares, and goes on with it for a while. */
    void requireSurvives(Path directory, Acknowledged.Opener opener, long claimed) {
        Map<String, Long> last;
        try (OffHeapReplayMemory memory = opener.open(directory)) {
            SortedMap<Long, StoredRow> held = HeldRows.of(memory);
            last = requireHeld(held, StoredJournal.streams(directory), claimed);
            HeldEpisodes.requireFor(memory, held, StoredJournal.streams(directory));
            goOn(memory, last);
        }
        try (OffHeapReplayMemory memory = opener.open(directory)) {
            requireHeld(
                    HeldRows.of(memory),
                    StoredJournal.streams(directory),
                    // Of a snapshot not the whole window need be there.
                    Math.max(claimed, memory.ring().head()));
        }
    }

    interface Opener {
        OffHeapReplayMemory open(Path directory);
    }

    private void goOn(OffHeapReplayMemory memory, Map<String, Long> last) {
        long rowsBefore = memory.ring().head();
        for (String stream : List.of("goes on", "new")) {
            try (var actor = new ExperienceActor(memory, stream, last.getOrDefault(stream, 0L))) {
                for (int i = 0; i < 5; i++) {
                    long sequence = actor.begin();
                    if (layout == RowLayout.ARRIVAL) {
                        assertThat(sequence).isGreaterThanOrEqualTo(rowsBefore);
                        add(stream, actor.count(), sequence);
                    }
                    sequence = actor.step(true, false);
                    assertThat(sequence).isGreaterThanOrEqualTo(rowsBefore);
                    add(stream, actor.count(), sequence);
                    memory.upkeep().turn();
                }
            }
        }
    }
}
