package io.engram.replay.offheap.stress;

import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.UnsafeApi;

/**
 * Off-heap memory for jcstress states. jcstress makes states by the million and frees none, so slots come from one
 * block, round robin, zeroed: jcstress keeps far fewer states alive at a time than there are slots.
 */
public final class Slots {
    /** The length of a slot in bytes: two cache lines, so that neighbours do not share one. */
    public static final int LENGTH = 128;

    private static final int COUNT = 1 << 17;
    private static final long BASE = base();
    private static final AtomicInteger NEXT = new AtomicInteger();

    private Slots() {}

    /** The address of a zeroed slot, a multiple of {@link #LENGTH}. */
    public static long next() {
        long address = BASE + (long) (NEXT.getAndIncrement() & (COUNT - 1)) * LENGTH;
        UnsafeApi.setMemory(address, LENGTH, (byte) 0);
        return address;
    }

    private static long base() {
        long block = UnsafeApi.allocateMemory((long) (COUNT + 1) * LENGTH);
        return (block + LENGTH - 1) & -LENGTH;
    }
}
