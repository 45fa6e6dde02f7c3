package io.engram.replay.offheap.internal.upkeep;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * While it is held, nothing that holds rows or records loses its name, is used again or is unmapped: what a snapshot
 * found in the tables it can link and copy.
 *
 * <p>Background threads that take back ask and do without; holders wait for those that are at it, which is short. Both
 * announce themselves first and then look at the other (Dekker), so never both go on.
 */
public final class TakeBackGate {
    private static final long PAUSE_NANOS = 10_000;

    private final AtomicInteger holders = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();

    /** Open. */
    public TakeBackGate() {}

    /** From here to {@link #release} nothing is taken back. */
    public void hold() {
        holders.incrementAndGet();
        while (inside.get() > 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Ends what {@link #hold} began. */
    public void release() {
        holders.decrementAndGet();
    }

    /** Whether the caller may take back, until {@link #exit}. */
    boolean tryEnter() {
        inside.incrementAndGet();
        if (holders.get() == 0) {
            return true;
        }
        inside.decrementAndGet();
        return false;
    }

    /** Ends what {@link #tryEnter} began. */
    void exit() {
        inside.decrementAndGet();
    }
}
