package io.engram.replay.offheap;

import io.engram.replay.RowLayout;
import io.engram.replay.internal.Lane;
import io.engram.replay.internal.LanePosition;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.ring.TransitionListener;
import java.util.ArrayDeque;
import java.util.Deque;
import org.agrona.UnsafeApi;

/** What there is of an episode that goes on. */
final class ResumedEpisode {
    private ResumedEpisode() {}

    /** Tells of its last transitions, at most so many, in their order. For callers inside an epoch. */
    static void tell(Ring ring, LanePosition position, RowLayout layout, int most, TransitionListener listener) {
        boolean arrival = layout == RowLayout.ARRIVAL;
        long tail = ring.tail(ring.head());
        Deque<Long> starts = new ArrayDeque<>();
        long row = position.previous();
        for (int i = 0; row != Lane.NONE && row >= tail && i <= most; i++) {
            long address = ring.rowAddress(row);
            if (address == 0 || !Stamp.isPublished(UnsafeApi.getLong(address), row)) {
                break;
            }
            // The last row of arrival layout has no transition that starts from it yet.
            if (!arrival || i > 0) {
                starts.addFirst(row);
            }
            int back = UnsafeApi.getInt(address + RowDescriptor.BACK_OFFSET);
            row = back <= 0 || back == RowDescriptor.BACK_TOO_FAR ? Lane.NONE : row - back;
        }
        int step = position.step() - (arrival ? 1 : 0) - starts.size();
        for (long start : starts) {
            listener.resumed(position.streamId(), step++, start);
        }
    }
}
