package io.engram.replay.offheap.exchange;

import io.engram.replay.DType;
import io.engram.replay.Episode;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.RowFlags;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What rows to be imported say of their episodes; refuses rows that no writer could have appended. For one thread.
 */
final class EpisodeRows {
    private static final int MAX_STREAMS = 1 << 20;
    private static final long MAX_SEQUENCE = 1L << 55;

    private final RecordLayout layout;
    private final String file;
    private final Map<Long, Rows> episodes = new TreeMap<>();
    /** By stream, its episode. */
    private final Map<Integer, Long> current = new HashMap<>();

    private long first = -1;
    private long last = -1;
    private long count;
    private int streams;

    /** Of one episode. */
    static final class Rows {
        private final int stream;
        private final long first;
        private final long policy;
        private long last;
        private int lastStep = -1;
        private int flags;
        private double reward;

        private Rows(int stream, long first, long policy) {
            this.stream = stream;
            this.first = first;
            this.policy = policy;
        }

        int stream() {
            return stream;
        }

        long first() {
            return first;
        }

        long last() {
            return last;
        }
    }

    EpisodeRows(RecordLayout layout, String file) {
        this.layout = layout;
        this.file = file;
    }

    void add(byte[] record) {
        ByteBuffer row = RecordLayout.view(record);
        long sequence = row.getLong(RecordLayout.SEQUENCE_OFFSET);
        require(sequence > last && sequence < MAX_SEQUENCE, sequence, "sequences that grow, the one before is " + last);
        first = first < 0 ? sequence : first;
        last = sequence;
        count++;
        long episode = row.getLong(RecordLayout.EPISODE_OFFSET);
        int stream = row.getInt(RecordLayout.STREAM_OFFSET);
        int step = row.getInt(RecordLayout.STEP_OFFSET);
        long policy = row.getLong(RecordLayout.POLICY_OFFSET);
        require(
                episode >= 0 && stream >= 0 && stream < MAX_STREAMS && step >= 0 && policy >= 0,
                sequence,
                "@episode=" + episode + ", @stream=" + stream + ", @step=" + step + ", @policy=" + policy
                        + " of at least 0");
        streams = Math.max(streams, stream + 1);
        requireFlags(record, sequence, step);
        Rows rows = episodes.computeIfAbsent(episode, number -> new Rows(stream, sequence, policy));
        Long before = current.put(stream, episode);
        require(rows.stream == stream, sequence, "@stream=" + rows.stream + ", as of the episode's other rows");
        require(
                step > rows.lastStep && rows.flags == 0 && (rows.lastStep < 0 || before == null || before == episode),
                sequence,
                "@step above " + rows.lastStep + " and no row behind the end of @episode=" + episode
                        + " or of a later one of its stream");
        follow(rows, record, sequence, step);
    }

    private void follow(Rows rows, byte[] record, long sequence, int step) {
        int flags = RecordLayout.flags(record);
        rows.reward += (flags & RowFlags.FIRST) == 0 ? reward(record) : 0;
        // Of steps that are missing nothing is known.
        rows.reward = rows.lastStep < 0 ? (step == 0 ? rows.reward : Double.NaN) : rows.reward;
        rows.last = sequence;
        rows.lastStep = step;
        rows.flags = flags & ~RowFlags.FIRST;
    }

    private void requireFlags(byte[] record, long sequence, int step) {
        for (RecordColumn column : layout.columns()) {
            if (column.dtype() == DType.BOOL) {
                for (int i = 0; i < column.length(); i++) {
                    byte value = record[column.offset() + i];
                    require(
                            value == 0 || value == 1,
                            sequence,
                            "0 or 1 in column " + column.name() + ", found " + value);
                }
            }
        }
        int flags = RecordLayout.flags(record);
        boolean begins = (flags & RowFlags.FIRST) != 0;
        require(
                begins == (!layout.isSelfContained() && step == 0) && (!begins || flags == RowFlags.FIRST),
                sequence,
                layout.isSelfContained()
                        ? "no row that is first: with self-contained rows there are none"
                        : "first exactly at @step=0, and then neither flag");
    }

    private double reward(byte[] record) {
        PayloadLayout.Slot slot = layout.payload().reward();
        if (slot == null) {
            return Double.NaN;
        }
        int at = RecordLayout.PAYLOAD_OFFSET + slot.offset();
        ByteBuffer row = RecordLayout.view(record);
        return slot.field().dtype() == DType.F64 ? row.getDouble(at) : row.getFloat(at);
    }

    private void require(boolean right, long sequence, String expected) {
        if (!right) {
            throw new ExchangeException("a row makes no sense: file=" + file + ", row=" + count + ", @sequence="
                    + sequence + ", expected " + expected);
        }
    }

    long count() {
        return count;
    }

    /** The sequence of the first row, or -1. */
    long first() {
        return first;
    }

    /** One more than that of the last row. */
    long head() {
        return last + 1;
    }

    /** One more than the highest number of a stream. */
    int streams() {
        return streams;
    }

    /** By number. */
    Map<Long, Rows> episodes() {
        return episodes;
    }

    /** An episode that nothing else is known of; one whose last row has no flag is left open. */
    Episode describe(long number, String stream, long now) {
        Rows rows = episodes.get(number);
        if (rows == null) {
            throw new IllegalArgumentException("episode=" + number);
        }
        boolean open = rows.flags == 0;
        boolean terminated = (rows.flags & RowFlags.TERMINATED) != 0;
        return new Episode(
                number,
                stream,
                open ? Episode.Kind.OPEN : terminated ? Episode.Kind.TERMINATED : Episode.Kind.TRUNCATED,
                false,
                rows.lastStep + (layout.isSelfContained() ? 1L : 0L),
                rows.reward,
                rows.first,
                rows.last,
                now,
                open ? Episode.NOT_ENDED : now,
                rows.policy,
                EpisodeLabel.NONE);
    }
}
