package io.engram.replay.offheap.internal.priority;

import io.engram.replay.Windows;
import io.engram.replay.internal.Lane;
import io.engram.replay.offheap.internal.ring.WindowStarts;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * Inserts the windows of one writer's episodes into an index, each when it can be sampled: a full one with its last
 * step, the last one of an episode with its end. For the writer's thread.
 */
final class WindowInserter {
    private final RingIndex index;
    private final Windows windows;
    private final Int2ObjectHashMap<Begun> begun = new Int2ObjectHashMap<>();

    /** The windows of a stream's episode that have begun and are not full. A queue around the end of its arrays. */
    private static final class Begun {
        private final long[] keys;
        private final int[] steps;
        private int first;
        private int count;

        Begun(int size) {
            keys = new long[size];
            steps = new int[size];
        }

        void add(int step, long key) {
            int at = (first + count++) % keys.length;
            keys[at] = key;
            steps[at] = step;
        }

        void removeFirst() {
            first = (first + 1) % keys.length;
            count--;
        }
    }

    WindowInserter(RingIndex index, Windows windows, int[] streams) {
        this.index = index;
        this.windows = windows;
        int size = windows.wholeEpisodes() ? 1 : windows.length() / windows.stride() + 2;
        for (int stream : streams) {
            begun.put(stream, new Begun(size));
        }
    }

    boolean published(int stream, int step, long start) {
        Begun of = begun.get(stream);
        boolean full = add(of, step, start);
        boolean clamped = full && index.insert(of.keys[of.first], Lane.UNRATED);
        if (full) {
            of.removeFirst();
        }
        return clamped;
    }

    /** Those that are full by now are in the index. */
    void resumed(int stream, int step, long start) {
        Begun of = begun.get(stream);
        if (add(of, step, start)) {
            of.removeFirst();
        }
    }

    /** Adds the window that begins at a step, if one does; true if the first that is not full is full with it. */
    private boolean add(Begun of, int step, long start) {
        if (WindowStarts.canBegin(windows, step)) {
            if (step == 0) {
                of.count = 0;
            }
            of.add(step, start);
        }
        return !windows.wholeEpisodes() && of.count > 0 && of.steps[of.first] + windows.length() == step + 1;
    }

    void ended(int stream, int steps) {
        Begun of = begun.get(stream);
        if (of.count > 0) {
            int begin = of.steps[of.first];
            boolean tooLong = windows.wholeEpisodes() && steps > windows.length();
            if (!tooLong && WindowStarts.isWindow(windows, begin, steps - begin, true)) {
                index.insert(of.keys[of.first], Lane.UNRATED);
            }
            of.count = 0;
        }
    }
}
