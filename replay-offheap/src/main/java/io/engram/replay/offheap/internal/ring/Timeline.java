package io.engram.replay.offheap.internal.ring;

import java.util.concurrent.atomic.AtomicLongArray;
import org.agrona.concurrent.EpochClock;

/**
 * When rows were appended, near enough: where the head was at some moments. One thread takes note, any may ask.
 *
 * <p>An entry (head, time) says that no row from that head on was appended before that time. So what this tells of a
 * row's age is never too little; it is too much by the time between two notes, which is {@value #MILLIS_BETWEEN} ms for
 * the newest rows and may grow to a 256th of their age, because entries are dropped when there is no more room.
 */
public final class Timeline {
    /** Milliseconds between notes, at least. */
    static final int MILLIS_BETWEEN = 10;

    private static final int MAX_ENTRIES = 4096;
    /** Of its age: what a row may be taken for older. */
    private static final long PARTS = 256;

    private final EpochClock clock;
    private volatile Entries entries;

    /** Ascending by head and by time. Only the last time ever changes. */
    private static final class Entries {
        private final long[] heads = new long[MAX_ENTRIES];
        private final AtomicLongArray times = new AtomicLongArray(MAX_ENTRIES);
        private volatile int count;

        void add(long head, long time) {
            int at = count;
            heads[at] = head;
            times.set(at, time);
            count = at + 1;
        }
    }

    /**
     * Begins with no row.
     *
     * @param clock the time
     */
    public Timeline(EpochClock clock) {
        this.clock = clock;
        this.entries = new Entries();
    }

    /**
     * The time.
     *
     * @return milliseconds since 1970
     */
    public long now() {
        return clock.time();
    }

    /**
     * Takes note of where the head is. For one thread.
     *
     * @param head the next row to be claimed, read before this call
     */
    public void note(long head) {
        note(head, clock.time());
    }

    /**
     * Takes note of where the head was, as found in records. For one thread, in ascending order.
     *
     * @param head the next row to be claimed then
     * @param time then
     */
    public void note(long head, long time) {
        Entries known = entries;
        int last = known.count - 1;
        if (last < 0) {
            known.add(head, time);
        } else if (head == known.heads[last]) {
            known.times.set(last, Math.max(time, known.times.get(last)));
        } else if (head > known.heads[last] && time >= known.times.get(last) + MILLIS_BETWEEN) {
            if (known.count == MAX_ENTRIES) {
                known = thinned(known, time);
                entries = known;
            }
            known.add(head, time);
        }
    }

    private static Entries thinned(Entries full, long now) {
        Entries kept = full;
        for (long parts = PARTS; parts > 0 && kept.count > MAX_ENTRIES * 3 / 4; parts /= 2) {
            kept = thinned(full, now, parts);
        }
        return kept;
    }

    /** The first entry, the last, and those without which a gap would be more than a part of its age. */
    private static Entries thinned(Entries full, long now, long parts) {
        Entries kept = new Entries();
        int last = MAX_ENTRIES - 1;
        long before = full.times.get(0);
        for (int i = 0; i <= last; i++) {
            if (i == 0 || i == last || full.times.get(i + 1) - before > (now - before) / parts) {
                before = full.times.get(i);
                kept.add(full.heads[i], before);
            }
        }
        return kept;
    }

    /**
     * The oldest row that is known to be no older.
     *
     * @param millis the greatest age
     * @return its sequence; {@link Long#MAX_VALUE} if there is none
     */
    public long oldest(long millis) {
        Entries known = entries;
        long earliest = clock.time() - millis;
        int low = 0;
        int high = known.count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (known.times.get(middle) >= earliest) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low == known.count ? Long.MAX_VALUE : known.heads[low];
    }

    /**
     * How old a row is at most.
     *
     * @param sequence the row
     * @return milliseconds; since 1970 if nothing is known of it
     */
    public long age(long sequence) {
        Entries known = entries;
        int low = 0;
        int high = known.count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (known.heads[middle] > sequence) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return Math.max(0, clock.time() - (low == 0 ? 0 : known.times.get(low - 1)));
    }
}
