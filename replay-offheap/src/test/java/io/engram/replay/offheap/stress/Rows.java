package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Slot;
import io.engram.replay.offheap.internal.ring.Stamp;
import org.agrona.UnsafeApi;

/**
 * Rows for jcstress: a stamp and a payload that fills the slot, every word of which is the row's sequence. What a
 * reader does is what {@link io.engram.replay.offheap.internal.sample.UniformSampler} does, to one row.
 */
final class Rows {
    /** What a reader returns that must not use what it copied. */
    static final int REFUSED = -1;

    private static final int PAYLOAD = Long.BYTES;

    private Rows() {}

    /** A row that is there already. */
    static void put(long address, int length, long sequence) {
        store(address, length, sequence);
        UnsafeApi.putLong(address, Stamp.published(sequence, 0));
    }

    /** What a writer does between mark and publish, and what one that was stopped there does later. */
    static void store(long address, int length, long sequence) {
        for (int offset = PAYLOAD; offset < length; offset += Long.BYTES) {
            UnsafeApi.putLong(address + offset, sequence);
        }
    }

    /** Marks, stores and publishes; false if the slot was closed before or meanwhile. */
    static boolean append(long address, int length, long sequence) {
        if (!Slot.mark(address, sequence)) {
            return false;
        }
        store(address, length, sequence);
        return Slot.publish(address, sequence, 0);
    }

    /** Takes the row from its readers, and makes its bytes zeros. */
    static void erase(long address, int length, long sequence) {
        if (Slot.erase(address, sequence)) {
            zero(address, length);
        }
    }

    /** Makes the payload zeros. */
    static void zero(long address, int length) {
        store(address, length, 0);
    }

    /** How many words of what was read as that row are not its own, or REFUSED. */
    static int read(long address, int length, long sequence) {
        long stamp = UnsafeApi.getLong(address);
        UnsafeApi.loadFence();
        if (!Stamp.isPublished(stamp, sequence)) {
            return REFUSED;
        }
        int foreign = foreignWords(address, length, sequence);
        UnsafeApi.loadFence();
        return UnsafeApi.getLong(address) == stamp ? foreign : REFUSED;
    }

    /** How many words of the payload are not those of the row. */
    static int foreignWords(long address, int length, long sequence) {
        int foreign = 0;
        for (int offset = PAYLOAD; offset < length; offset += Long.BYTES) {
            foreign += UnsafeApi.getLong(address + offset) == sequence ? 0 : 1;
        }
        return foreign;
    }
}
