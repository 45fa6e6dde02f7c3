package io.engram.replay.offheap.internal.ring;

import org.agrona.UnsafeApi;

/**
 * The steps of a slot's life, each one CAS on its stamp. A writer marks, stores the payload, publishes; sealing closes;
 * a reader takes the stamp, copies, and takes it again.
 *
 * <p>Every step is lock-free: a CAS fails only because somebody else moved the slot on.
 */
public final class Slot {
    private Slot() {}

    /**
     * Takes a claimed slot for writing. Nothing stored after this is seen before it.
     *
     * @param address the row
     * @param sequence the claimed row
     * @return false if the slot was closed or is of a later row: claim again
     */
    public static boolean mark(long address, long sequence) {
        long writing = Stamp.of(sequence, Stamp.WRITING);
        while (true) {
            long stamp = UnsafeApi.getLongVolatile(null, address);
            if (!Stamp.isOlder(stamp, sequence)) {
                return false;
            }
            if (UnsafeApi.compareAndSetLong(null, address, stamp, writing)) {
                // A CAS alone does not hold later plain stores back on every processor.
                UnsafeApi.storeStoreFence();
                return true;
            }
        }
    }

    /**
     * Makes a marked row readable, with everything stored before.
     *
     * @param address the row
     * @param sequence the marked row
     * @param flags what it is
     * @return false if sealing closed the slot meanwhile: append again
     */
    public static boolean publish(long address, long sequence, int flags) {
        return UnsafeApi.compareAndSetLong(
                null, address, Stamp.of(sequence, Stamp.WRITING), Stamp.published(sequence, flags));
    }

    /**
     * Takes a row away from all readers, for ever. What is stored after this is not seen before it.
     *
     * @param address the row
     * @param sequence the row that the slot is for
     * @return false if no such row is published there
     */
    public static boolean erase(long address, long sequence) {
        while (true) {
            long stamp = UnsafeApi.getLongVolatile(null, address);
            if (!Stamp.isPublished(stamp, sequence)) {
                return false;
            }
            if (UnsafeApi.compareAndSetLong(null, address, stamp, Stamp.of(sequence, Stamp.ERASED))) {
                UnsafeApi.storeStoreFence();
                return true;
            }
        }
    }

    /**
     * Gives a slot back that was {@linkplain #mark marked} and not written: whoever claims its row may mark it again.
     *
     * @param address the row
     * @param sequence the marked row
     */
    public static void release(long address, long sequence) {
        // Fails if sealing closed it meanwhile, which is as well.
        UnsafeApi.compareAndSetLong(null, address, Stamp.of(sequence, Stamp.WRITING), Stamp.of(sequence, Stamp.EMPTY));
    }

    /**
     * Says that the claimer of a slot will not store into it any more. Does nothing to a later row's slot.
     *
     * @param address the row
     * @param sequence the claimed row
     */
    public static void giveUp(long address, long sequence) {
        long dead = Stamp.of(sequence, Stamp.DEAD);
        while (true) {
            long stamp = UnsafeApi.getLongVolatile(null, address);
            boolean open = Stamp.isOlder(stamp, sequence)
                    || stamp == Stamp.of(sequence, Stamp.WRITING)
                    || stamp == Stamp.of(sequence, Stamp.ABANDONED);
            if (!open || UnsafeApi.compareAndSetLong(null, address, stamp, dead)) {
                return;
            }
        }
    }

    /**
     * Closes a slot to its writer unless it is published.
     *
     * @param address the row
     * @param sequence the row that the slot is for
     * @return the stamp that stands now
     */
    public static long close(long address, long sequence) {
        long abandoned = Stamp.of(sequence, Stamp.ABANDONED);
        while (true) {
            long stamp = UnsafeApi.getLongVolatile(null, address);
            boolean open = Stamp.isOlder(stamp, sequence) || stamp == Stamp.of(sequence, Stamp.WRITING);
            if (!open) {
                return stamp;
            }
            if (UnsafeApi.compareAndSetLong(null, address, stamp, abandoned)) {
                return abandoned;
            }
        }
    }
}
