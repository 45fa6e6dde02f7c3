package io.engram.replay.offheap.internal.priority;

import io.engram.replay.Windows;
import io.engram.replay.offheap.internal.ring.TransitionListener;
import java.util.ArrayList;
import java.util.List;

/** Inserts one writer's transitions and windows into the indexes. For the writer's thread. */
final class IndexWriter implements TransitionListener {
    private final RingIndex[] ofTransitions;
    private final WindowInserter[] ofWindows;

    IndexWriter(RingIndex[] indexes, int... streams) {
        List<RingIndex> transitions = new ArrayList<>();
        List<WindowInserter> inserters = new ArrayList<>();
        for (RingIndex index : indexes) {
            Windows windows = index.settings().windows();
            if (windows == null) {
                transitions.add(index);
            } else {
                inserters.add(new WindowInserter(index, windows, streams));
            }
        }
        this.ofTransitions = transitions.toArray(RingIndex[]::new);
        this.ofWindows = inserters.toArray(WindowInserter[]::new);
    }

    @Override
    public boolean published(int stream, int step, long start, double priority) {
        boolean clamped = false;
        for (RingIndex index : ofTransitions) {
            clamped |= index.insert(start, priority);
        }
        for (WindowInserter inserter : ofWindows) {
            clamped |= inserter.published(stream, step, start);
        }
        return clamped;
    }

    @Override
    public void resumed(int stream, int step, long start) {
        for (WindowInserter inserter : ofWindows) {
            inserter.resumed(stream, step, start);
        }
    }

    @Override
    public void ended(int stream, int steps) {
        for (WindowInserter inserter : ofWindows) {
            inserter.ended(stream, steps);
        }
    }
}
