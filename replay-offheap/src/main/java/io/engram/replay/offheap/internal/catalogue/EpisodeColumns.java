package io.engram.replay.offheap.internal.catalogue;

import io.engram.replay.EpisodeFilter;
import io.engram.replay.EpisodeLabel;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.agrona.collections.LongArrayList;

/**
 * What questions are asked by, of each episode of the index, in arrays: a look at a million takes about a millisecond
 * and allocates nothing but the answer. 36 bytes an episode, and 12 more for its subject and each tag, of which only a
 * hash is here: who asks by text must look at what is found. Guarded by the index's lock.
 */
final class EpisodeColumns {
    private static final int LEAST = 64;

    private int size;
    private long[] numbers = new long[LEAST];
    private long[] starts = new long[LEAST];
    private long[] lasts = new long[LEAST];
    /** NaN where the episode has no rank. */
    private double[] rewards = new double[LEAST];

    private int[] streams = new int[LEAST];
    private int texts;
    private long[] hashes = new long[LEAST];
    /** By hash: the row of the episode. */
    private int[] rows = new int[LEAST];

    int size() {
        return size;
    }

    void add(StoredEpisode episode) {
        if (size == numbers.length) {
            int length = size + (size >> 1);
            numbers = Arrays.copyOf(numbers, length);
            starts = Arrays.copyOf(starts, length);
            lasts = Arrays.copyOf(lasts, length);
            rewards = Arrays.copyOf(rewards, length);
            streams = Arrays.copyOf(streams, length);
        }
        int row = size++;
        numbers[row] = episode.number();
        starts[row] = episode.begin().begun();
        streams[row] = episode.begin().stream();
        setEnd(row, episode);
        EpisodeLabel label = episode.begin().label();
        if (label.subject() != null) {
            addText(hash(EpisodeFilter.Kind.SUBJECT, label.subject()), row);
        }
        for (String tag : label.tags()) {
            addText(hash(EpisodeFilter.Kind.TAG, tag), row);
        }
    }

    /** Another end of an episode that is here. */
    void replaceEnd(StoredEpisode episode) {
        for (int row = 0; row < size; row++) {
            if (numbers[row] == episode.number()) {
                setEnd(row, episode);
            }
        }
    }

    private void setEnd(int row, StoredEpisode episode) {
        lasts[row] = episode.end().last();
        boolean ranked =
                EpisodeFilter.isRanked(episode.end().kind(), episode.end().totalReward());
        rewards[row] = ranked ? episode.end().totalReward() : Double.NaN;
    }

    private void addText(long hash, int row) {
        if (texts == hashes.length) {
            int length = texts + (texts >> 1);
            hashes = Arrays.copyOf(hashes, length);
            rows = Arrays.copyOf(rows, length);
        }
        hashes[texts] = hash;
        rows[texts++] = row;
    }

    private static long hash(EpisodeFilter.Kind kind, String text) {
        long hash = kind == EpisodeFilter.Kind.TAG ? 1 : 2;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        return hash;
    }

    /** The numbers of all episodes with rows in the window. */
    LongArrayList live(long tail) {
        return started(Long.MIN_VALUE, Long.MAX_VALUE, tail);
    }

    /** The numbers of those that began in a span of time. */
    LongArrayList started(long from, long to, long tail) {
        LongArrayList found = new LongArrayList();
        for (int row = 0; row < size; row++) {
            if (lasts[row] >= tail && starts[row] >= from && starts[row] < to) {
                found.addLong(numbers[row]);
            }
        }
        return found;
    }

    /** The numbers of those of a stream. */
    LongArrayList ofStream(int stream, long tail) {
        LongArrayList found = new LongArrayList();
        for (int row = 0; row < size; row++) {
            if (lasts[row] >= tail && streams[row] == stream) {
                found.addLong(numbers[row]);
            }
        }
        return found;
    }

    /** The numbers of those with a subject or tag, and of some others perhaps. */
    LongArrayList withText(EpisodeFilter.Kind kind, String text, long tail) {
        long hash = hash(kind, text);
        LongArrayList found = new LongArrayList();
        for (int i = 0; i < texts; i++) {
            if (hashes[i] == hash && lasts[rows[i]] >= tail) {
                found.addLong(numbers[rows[i]]);
            }
        }
        return found;
    }

    /** The numbers of those that rank first, in any order. */
    LongArrayList ranked(EpisodeFilter.Kind kind, int count, long tail) {
        int sign = kind == EpisodeFilter.Kind.BEST ? -1 : 1;
        Comparator<Integer> firstComes = (a, b) -> {
            int byReward = sign * Double.compare(rewards[a], rewards[b]);
            return byReward == 0 ? Long.compare(numbers[a], numbers[b]) : byReward;
        };
        PriorityQueue<Integer> chosen = new PriorityQueue<>(firstComes.reversed());
        for (int row = 0; row < size; row++) {
            if (lasts[row] >= tail && !Double.isNaN(rewards[row])) {
                Integer last = chosen.size() < count ? null : chosen.peek();
                if (last == null || firstComes.compare(row, last) < 0) {
                    if (last != null) {
                        chosen.remove();
                    }
                    chosen.add(row);
                }
            }
        }
        LongArrayList found = new LongArrayList();
        chosen.forEach(row -> found.addLong(numbers[row]));
        return found;
    }
}
