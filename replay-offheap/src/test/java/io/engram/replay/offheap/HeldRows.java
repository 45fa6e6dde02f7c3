package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.util.TreeMap;
import org.agrona.UnsafeApi;

/** The rows of the window of an open memory, read where they lie. No writer may be at work. */
final class HeldRows {
    private HeldRows() {}

    /** By sequence. */
    static TreeMap<Long, StoredRow> of(OffHeapReplayMemory memory) {
        Ring ring = memory.ring();
        byte[] image = new byte[ring.geometry().rowLength()];
        TreeMap<Long, StoredRow> held = new TreeMap<>();
        for (long sequence = ring.tail(ring.head()); sequence < ring.head(); sequence++) {
            long address = ring.rowAddress(sequence);
            if (address == 0) {
                throw new AssertionError("sequence=" + sequence + " of the window has no segment");
            }
            if (Stamp.isPublished(UnsafeApi.getLong(address), sequence)) {
                UnsafeApi.copyMemory(null, address, image, UnsafeApi.arrayBaseOffset(byte[].class), image.length);
                if (!StoredRow.isWhole(image)) {
                    throw new AssertionError("torn: wrong checksum in " + StoredRow.decode(image));
                }
                held.put(sequence, StoredRow.decode(image));
            }
        }
        return held;
    }
}
