package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Windows;
import io.engram.replay.offheap.internal.priority.Leaf;
import io.engram.replay.offheap.internal.priority.RingIndex;
import io.engram.replay.offheap.internal.priority.SumTree;
import io.engram.replay.offheap.internal.priority.Trees;
import io.engram.replay.offheap.internal.ring.Ring;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the indexes of an open memory must hold for its rows. No writer may be at work. */
final class HeldPriorities {
    private HeldPriorities() {}

    /** Each transition of the rows has a live leaf with mass, no other leaf is live, and every sum is exact. */
    static void requireFor(OffHeapReplayMemory memory, SortedMap<Long, StoredRow> held) {
        for (PriorityIndex settings : memory.priorityIndexes()) {
            Windows windows = settings.windows();
            TreeSet<Long> starts = windows == null ? starts(memory, held) : starts(memory, held, windows);
            RingIndex index = memory.indexes().index(settings.name());
            assertThat(live(index.tree(), memory.ring())).as(settings.name()).isEqualTo(starts);
            assertThat(index.transitions()).isEqualTo(starts.size());
            Trees.requireExact(index.tree());
        }
    }

    /**
     * As {@link #requireFor} where episodes may be open still, as in a snapshot. Which windows there are at their ends
     * is not known, so of an index of windows the sums alone are looked at.
     */
    static void requireOpenFor(OffHeapReplayMemory memory, SortedMap<Long, StoredRow> held) {
        TreeSet<Long> starts = starts(memory, held);
        for (PriorityIndex settings : memory.priorityIndexes()) {
            RingIndex index = memory.indexes().index(settings.name());
            if (settings.windows() == null) {
                assertThat(live(index.tree(), memory.ring()))
                        .as("leaves of '%s'", settings.name())
                        .isEqualTo(starts);
            }
            Trees.requireExact(index.tree());
        }
    }

    /** By the row that it starts from: the mass of each transition, zeros left out. */
    static TreeMap<Long, Long> masses(OffHeapReplayMemory memory, String name) {
        SumTree tree = memory.indexes().index(name).tree();
        TreeMap<Long, Long> masses = new TreeMap<>();
        live(tree, memory.ring())
                .forEach(start -> masses.put(start, Leaf.mass(tree.word((int) (start % tree.count())))));
        return masses;
    }

    /** After a power loss: a start that was sealed may be believed in whose end was lost, until it is drawn. */
    static void requireAtLeastFor(OffHeapReplayMemory memory, SortedMap<Long, StoredRow> held) {
        for (PriorityIndex settings : memory.priorityIndexes()) {
            RingIndex index = memory.indexes().index(settings.name());
            assertThat(live(index.tree(), memory.ring())).as(settings.name()).containsAll(starts(memory, held));
            Trees.requireExact(index.tree());
        }
    }

    /** The rows that transitions start from. */
    static TreeSet<Long> starts(OffHeapReplayMemory memory, SortedMap<Long, StoredRow> held) {
        TreeSet<Long> starts = new TreeSet<>();
        boolean arrival = memory.schema().rowLayout() == RowLayout.ARRIVAL;
        for (Map.Entry<Long, StoredRow> row : held.entrySet()) {
            long start = arrival ? row.getKey() - row.getValue().back() : row.getKey();
            if (held.containsKey(start) && (!arrival || row.getValue().back() > 0)) {
                starts.add(start);
            }
        }
        return starts;
    }

    /** The rows that windows begin at, none of whose episodes is open. */
    private static TreeSet<Long> starts(OffHeapReplayMemory memory, SortedMap<Long, StoredRow> held, Windows windows) {
        boolean arrival = memory.schema().rowLayout() == RowLayout.ARRIVAL;
        Map<Long, Long> next = new HashMap<>();
        held.forEach((sequence, row) -> {
            if (row.back() > 0) {
                next.put(sequence - row.back(), sequence);
            }
        });
        TreeSet<Long> starts = new TreeSet<>();
        held.forEach((sequence, row) -> {
            int steps = arrival ? 0 : 1;
            for (Long at = next.get(sequence); at != null; at = next.get(at)) {
                steps++;
            }
            boolean covered = row.step() > 0 && row.step() - windows.stride() + windows.length() >= row.step() + steps;
            boolean last = windows.tail() != Windows.Tail.DROP && !covered;
            if (row.step() % windows.stride() == 0 && steps > 0 && (steps >= windows.length() || last)) {
                starts.add(sequence);
            }
        });
        return starts;
    }

    private static TreeSet<Long> live(SumTree tree, Ring ring) {
        TreeSet<Long> live = new TreeSet<>();
        for (long sequence = ring.tail(ring.head()); sequence < ring.head(); sequence++) {
            long word = tree.word((int) (sequence % tree.count()));
            if (Leaf.isLive(word, Leaf.generation(sequence, tree.count())) && Leaf.mass(word) > 0) {
                live.add(sequence);
            }
        }
        return live;
    }
}
