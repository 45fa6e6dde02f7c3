package io.engram.replay.offheap.internal.check;

import static io.engram.replay.offheap.internal.journal.RecordDescriptor.*;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Whether the fields of a whole record of the journal make sense. */
final class RecordSense {
    private RecordSense() {}

    /** What is wrong with a record, or null. */
    static @Nullable String wrong(ByteBuffer record) {
        int length = record.limit();
        int stream = record.getInt(STREAM_OFFSET);
        int type = record.getInt(TYPE_OFFSET);
        if (stream < 0) {
            return "stream=" + stream;
        }
        return switch (type) {
            case STREAM -> length <= NAME_OFFSET ? "length=" + length : null;
            case BEGIN -> length < LABEL_OFFSET ? "length=" + length : begin(record);
            case END -> length != END_LENGTH ? "length=" + length : end(record);
            case KEPT -> length != KEPT_LENGTH ? "length=" + length : kept(record);
            default -> "type=" + type;
        };
    }

    private static @Nullable String begin(ByteBuffer record) {
        long episode = record.getLong(EPISODE_OFFSET);
        long policy = record.getLong(POLICY_OFFSET);
        long head = record.getLong(HEAD_OFFSET);
        return episode < 0 || policy < 0 || head < 0
                ? "episode=" + episode + ", policy=" + policy + ", head=" + head
                : null;
    }

    private static @Nullable String end(ByteBuffer record) {
        long episode = record.getLong(EPISODE_OFFSET);
        long first = record.getLong(FIRST_OFFSET);
        long last = record.getLong(LAST_OFFSET);
        long transitions = record.getLong(LENGTH_OFFSET);
        int kind = record.getInt(KIND_OFFSET);
        int recovered = record.getInt(RECOVERED_OFFSET);
        boolean rows = first == -1 ? last == -1 : first >= 0 && last >= first;
        boolean sane = episode >= 0 && rows && transitions >= 0 && kind >= TERMINATED && kind <= ABANDONED;
        return sane && recovered >= 0 && recovered <= 1
                ? null
                : "episode=" + episode + ", first=" + first + ", last=" + last + ", length=" + transitions + ", kind="
                        + kind + ", recovered=" + recovered;
    }

    private static @Nullable String kept(ByteBuffer record) {
        long firstPage = record.getLong(FIRST_PAGE_OFFSET);
        long nextEpisode = record.getLong(NEXT_EPISODE_OFFSET);
        return firstPage < 0 || nextEpisode < 0 ? "first page=" + firstPage + ", next episode=" + nextEpisode : null;
    }
}
