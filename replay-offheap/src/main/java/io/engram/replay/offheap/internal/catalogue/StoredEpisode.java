package io.engram.replay.offheap.internal.catalogue;

import io.engram.replay.Episode;
import io.engram.replay.internal.LabelText;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the index has of an episode that has ended, and its bytes. Immutable.
 *
 * <pre>
 *   0        8        12     16      24      32       40     48      56      64     72       80       88
 *  +--------+--------+------+-------+-------+--------+------+-------+-------+------+--------+--------+---------+
 *  | number | stream | kind | begun | ended | policy | head | first | last  | len. | reward | recov. | label   |
 *  | i64    | i32    | i32  | i64   | i64   | i64    | i64  | i64   | i64   | i64  | f64    | i64    | to end  |
 *  +--------+--------+------+-------+-------+--------+------+-------+-------+------+--------+--------+---------+
 * </pre>
 *
 * @param number the episode's
 * @param begin how it began
 * @param end how it ended
 */
public record StoredEpisode(long number, EpisodeBook.Begin begin, EpisodeBook.End end) {
    private static final int LABEL_OFFSET = 88;
    private static final Episode.Kind[] KINDS = Episode.Kind.values();

    byte[] encode() {
        byte[] label = LabelText.encode(begin.label());
        return ByteBuffer.allocate(LABEL_OFFSET + label.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .putInt(begin.stream())
                .putInt(code(end.kind()))
                .putLong(begin.begun())
                .putLong(end.ended())
                .putLong(begin.policyVersion())
                .putLong(begin.head())
                .putLong(end.first())
                .putLong(end.last())
                .putLong(end.length())
                .putDouble(end.totalReward())
                .putLong(end.recovered() ? 1 : 0)
                .put(label)
                .array();
    }

    static StoredEpisode decode(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long number = in.getLong();
        int stream = in.getInt();
        Episode.Kind kind = KINDS[in.getInt()];
        long begun = in.getLong();
        long ended = in.getLong();
        long policy = in.getLong();
        long head = in.getLong();
        long first = in.getLong();
        long last = in.getLong();
        long length = in.getLong();
        double reward = in.getDouble();
        boolean recovered = in.getLong() != 0;
        return new StoredEpisode(
                number,
                new EpisodeBook.Begin(stream, begun, policy, head, LabelText.decode(in)),
                new EpisodeBook.End(ended, kind, recovered, first, last, length, reward));
    }

    private static int code(Episode.Kind kind) {
        for (int code = 0; code < KINDS.length; code++) {
            if (KINDS[code] == kind) {
                return code;
            }
        }
        throw new IllegalArgumentException("kind=" + kind);
    }
}
