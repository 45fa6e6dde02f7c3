package io.engram.replay.offheap.internal.check;

import io.engram.replay.RowLayout;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Whether the fields of a whole row make sense. */
final class RowSense {
    private static final int KNOWN_FLAGS = RowFlags.FIRST | RowFlags.TERMINATED | RowFlags.TRUNCATED;

    private RowSense() {}

    /** What is wrong with a row, or null. */
    static @Nullable String wrong(ByteBuffer row, RowLayout layout) {
        int flags = Stamp.flags(row.getLong(RowDescriptor.STAMP_OFFSET));
        long episode = row.getLong(RowDescriptor.EPISODE_OFFSET);
        long policy = row.getLong(RowDescriptor.POLICY_OFFSET);
        int stream = row.getInt(RowDescriptor.STREAM_OFFSET);
        int step = row.getInt(RowDescriptor.STEP_OFFSET);
        int back = row.getInt(RowDescriptor.BACK_OFFSET);
        boolean first = layout == RowLayout.ARRIVAL && step == 0;
        boolean numbers = episode >= 0 && policy >= 0 && stream >= 0 && step >= 0 && back >= 0;
        boolean flagged = (flags & ~KNOWN_FLAGS) == 0 && ((flags & RowFlags.FIRST) != 0) == first;
        return numbers && flagged && (back == 0) == (step == 0)
                ? null
                : "flags=" + flags + ", episode=" + episode + ", policy=" + policy + ", stream=" + stream + ", step="
                        + step + ", back=" + back;
    }
}
