package io.engram.replay.offheap.internal.epoch;

import io.engram.replay.MemoryClosedException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/** Keeps the record of one thread off the cache lines of others. */
@SuppressWarnings("unused")
abstract class EpochRecordPadding {
    long p00;
    long p01;
    long p02;
    long p03;
    long p04;
    long p05;
    long p06;
    long p07;
}

/** The fields of the record, between paddings. */
abstract class EpochRecordFields extends EpochRecordPadding {
    /** The epoch that the owner entered, 0 while it is outside. Written by the owner, read by reclaimers. */
    long entered;

    /** The last thread that entered. */
    @Nullable
    Thread thread;

    /** Whether the record was given back. Written once, by whoever gave it back, which may be another thread. */
    volatile boolean unregistered;
}

/**
 * One participant of {@link Epochs}: a writer or a sampler. For one thread at a time.
 *
 * <p>{@link #enter} and {@link #exit} are wait-free.
 */
public final class EpochRecord extends EpochRecordFields {
    private static final VarHandle ENTERED;
    private static final VarHandle THREAD;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ENTERED = lookup.findVarHandle(EpochRecordFields.class, "entered", long.class);
            THREAD = lookup.findVarHandle(EpochRecordFields.class, "thread", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused")
    private long q00;

    @SuppressWarnings("unused")
    private long q01;

    @SuppressWarnings("unused")
    private long q02;

    @SuppressWarnings("unused")
    private long q03;

    @SuppressWarnings("unused")
    private long q04;

    @SuppressWarnings("unused")
    private long q05;

    @SuppressWarnings("unused")
    private long q06;

    @SuppressWarnings("unused")
    private long q07;

    private final Epochs epochs;
    private final boolean waitsForDisk;

    EpochRecord(Epochs epochs, boolean waitsForDisk) {
        this.epochs = epochs;
        this.waitsForDisk = waitsForDisk;
    }

    boolean waitsForDisk() {
        return waitsForDisk;
    }

    /**
     * From here to {@link #exit} nothing is unmapped that is in the segment table after this call.
     *
     * <p>The fence orders the announcement before every later load of the table: either the reclaimer sees the
     * announcement, or this thread sees the table without the segment.
     *
     * @throws MemoryClosedException if the record was unregistered: nobody looks at its announcements any more
     */
    public void enter() {
        Thread current = Thread.currentThread();
        if (thread != current) {
            THREAD.setRelease(this, current);
        }
        ENTERED.setOpaque(this, epochs.current());
        UnsafeApi.fullFence();
        if (unregistered) {
            exit();
            throw new MemoryClosedException("this writer or sampler was closed by another thread");
        }
    }

    /** Ends what {@link #enter} began; what was loaded and stored before is ordered before this. */
    public void exit() {
        ENTERED.setRelease(this, 0L);
    }

    /** Says that the record is given back; {@link #enter} fails from now on. */
    void unregister() {
        unregistered = true;
    }

    /** Whether the record is given back and its owner has left for good. */
    boolean isGone() {
        if (!unregistered) {
            return false;
        }
        // Between the two looks, as in enter: either the owner sees that it is unregistered, or is seen inside.
        UnsafeApi.fullFence();
        return !mayUse(Long.MAX_VALUE);
    }

    /** Whether the owner may still use what was unpublished in {@code epoch} or before. */
    boolean mayUse(long epoch) {
        long since = (long) ENTERED.getAcquire(this);
        if (since == 0 || since > epoch) {
            return false;
        }
        Thread owner = (Thread) THREAD.getAcquire(this);
        // A thread that ended without leaving can use nothing any more.
        return owner == null || owner.isAlive();
    }
}
