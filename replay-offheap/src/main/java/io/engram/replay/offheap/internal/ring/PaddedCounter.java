package io.engram.replay.offheap.internal.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Keeps the counter off the cache lines of others. */
@SuppressWarnings("unused")
abstract class PaddedCounterPadding {
    long p00;
    long p01;
    long p02;
    long p03;
    long p04;
    long p05;
    long p06;
    long p07;
}

/** The counter, between paddings. */
abstract class PaddedCounterValue extends PaddedCounterPadding {
    volatile long value;
}

/** A 64-bit counter on a cache line of its own. Safe for use by any thread. */
public final class PaddedCounter extends PaddedCounterValue {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(PaddedCounterValue.class, "value", long.class);
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

    /**
     * A counter.
     *
     * @param initial its value
     */
    public PaddedCounter(long initial) {
        value = initial;
    }

    /**
     * Its value.
     *
     * @return now
     */
    public long getVolatile() {
        return value;
    }

    /**
     * Replaces its value.
     *
     * @param expected value
     * @param next value
     * @return false if it was another
     */
    public boolean compareAndSet(long expected, long next) {
        return VALUE.compareAndSet(this, expected, next);
    }
}
