package io.engram.replay.offheap.internal.catalogue;

import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Stamp;
import org.agrona.UnsafeApi;

/** Looks whether the rows say what the index does. For any thread inside an epoch. Immutable. */
final class RowCheck {
    /** What is found. */
    enum Verdict {
        /** The episode's last row is where the index has it. */
        TRUE,
        /** It has left the window. */
        FORGOTTEN,
        /** Another row is there. */
        FALSE
    }

    private final Ring ring;

    RowCheck(Ring ring) {
        this.ring = ring;
    }

    Verdict of(StoredEpisode episode) {
        long last = episode.end().last();
        long address = ring.rowAddress(last);
        if (address != 0) {
            long stamp = UnsafeApi.getLongVolatile(null, address);
            boolean same = UnsafeApi.getLong(address + RowDescriptor.EPISODE_OFFSET) == episode.number()
                    && UnsafeApi.getInt(address + RowDescriptor.STREAM_OFFSET) == episode.begin().stream();
            UnsafeApi.loadFence();
            if (same && Stamp.isPublished(stamp, last) && UnsafeApi.getLong(address) == stamp) {
                return Verdict.TRUE;
            }
        }
        // Only now: it may have left while it was looked at.
        return last < ring.tail(ring.head()) ? Verdict.FORGOTTEN : Verdict.FALSE;
    }
}
