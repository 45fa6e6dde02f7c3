package io.engram.replay.offheap.internal.view;

import io.engram.replay.RowLayout;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** What the rows of a view are, all of them looked at. For one thread. */
public final class StoreSummary {
    private static final int PROGRESS_EVERY = 1 << 14;
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    /** By upper bound in milliseconds. */
    private static final TreeMap<Long, String> AGES = new TreeMap<>(Map.of(
            MINUTE,
            "below 1 min",
            10 * MINUTE,
            "below 10 min",
            HOUR,
            "below 1 h",
            6 * HOUR,
            "below 6 h",
            DAY,
            "below 1 d",
            7 * DAY,
            "below 7 d",
            Long.MAX_VALUE,
            "older"));

    private final Map<RowCursor.Found, Long> found = new EnumMap<>(RowCursor.Found.class);
    private final Histogram ages = new Histogram(List.copyOf(AGES.values()));
    private final TreeMap<Long, Long> policies = new TreeMap<>();
    private long transitions;
    private long terminated;
    private long truncated;

    private StoreSummary() {}

    /**
     * Looks at every row.
     *
     * @param view of the store
     * @param now in milliseconds since 1970 UTC, from which ages count
     * @param progress is told from time to time how many rows were looked at
     * @return what there is
     */
    public static StoreSummary of(StoreView view, long now, LongConsumer progress) {
        StoreSummary summary = new StoreSummary();
        RowCursor rows = view.rows();
        boolean arrival = view.superblock().schema().rowLayout() == RowLayout.ARRIVAL;
        for (long sequence = view.tail(); sequence < view.head(); sequence++) {
            RowCursor.Found what = rows.read(sequence);
            summary.found.merge(what, 1L, Long::sum);
            if (what == RowCursor.Found.ROW) {
                int back = rows.row().getInt(RowDescriptor.BACK_OFFSET);
                boolean ends = arrival ? back > 0 && sequence - back >= view.tail() : true;
                summary.transitions += ends ? 1 : 0;
                summary.add(rows, view.book().entries().get(rows.episode()), now);
            }
            long seen = sequence + 1 - view.tail();
            if (seen % PROGRESS_EVERY == 0) {
                progress.accept(seen);
            }
        }
        return summary;
    }

    private void add(RowCursor row, EpisodeBook.@Nullable Entry entry, long now) {
        terminated += (row.flags() & RowFlags.TERMINATED) == 0 ? 0 : 1;
        truncated += (row.flags() & RowFlags.TRUNCATED) == 0 ? 0 : 1;
        policies.merge(row.policy(), 1L, Long::sum);
        EpisodeBook.Begin begin = entry == null ? null : entry.begin();
        if (begin != null) {
            ages.add(AGES.higherEntry(Math.max(0, now - begin.begun())).getValue());
        }
    }

    /**
     * How many sequences of the window are of a kind.
     *
     * @param what the kind
     * @return the count
     */
    public long count(RowCursor.Found what) {
        return found.getOrDefault(what, 0L);
    }

    /**
     * Transitions whose both ends are in the window.
     *
     * @return the count
     */
    public long transitions() {
        return transitions;
    }

    /**
     * Rows with the flag TERMINATED.
     *
     * @return the count
     */
    public long terminated() {
        return terminated;
    }

    /**
     * Rows with the flag TRUNCATED.
     *
     * @return the count
     */
    public long truncated() {
        return truncated;
    }

    /**
     * Rows by the time since their episode began.
     *
     * @return the counts
     */
    public Histogram ages() {
        return ages;
    }

    /**
     * The newest version of the policy of a row.
     *
     * @return 0 without rows
     */
    public long newestPolicy() {
        return policies.isEmpty() ? 0 : policies.lastKey();
    }

    /**
     * Rows by how many versions the policy has advanced since.
     *
     * @return the counts, by ranges that double
     */
    public Histogram policyAges() {
        Histogram histogram = new Histogram(List.of());
        policies.descendingMap().forEach((policy, rows) -> {
            String range = range(newestPolicy() - policy);
            histogram.counts().merge(range, rows, Long::sum);
        });
        return histogram;
    }

    private static String range(long age) {
        if (age < 2) {
            return Long.toString(age);
        }
        long low = Long.highestOneBit(age);
        return low + " to " + (2 * low - 1);
    }
}
