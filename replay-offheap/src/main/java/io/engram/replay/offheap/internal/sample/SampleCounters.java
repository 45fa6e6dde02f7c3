package io.engram.replay.offheap.internal.sample;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What one sampler did. Counted by its thread alone, read by any. */
public final class SampleCounters {
    private static final VarHandle BATCHES = handle("batches");
    private static final VarHandle TRANSITIONS = handle("transitions");
    private static final VarHandle REDRAWS = handle("redraws");
    private static final VarHandle TORN = handle("torn");

    @SuppressWarnings("unused")
    private long batches;

    @SuppressWarnings("unused")
    private long transitions;

    @SuppressWarnings("unused")
    private long redraws;

    @SuppressWarnings("unused")
    private long torn;

    /** All zero. */
    public SampleCounters() {}

    void countBatch(int size) {
        BATCHES.setOpaque(this, batches + 1);
        TRANSITIONS.setOpaque(this, transitions + size);
    }

    void countRedraws(int count) {
        REDRAWS.setOpaque(this, redraws + count);
    }

    void countTorn() {
        TORN.setOpaque(this, torn + 1);
    }

    /**
     * Adds another sampler's counts, for totals.
     *
     * @param other any
     */
    public void add(SampleCounters other) {
        BATCHES.setOpaque(this, batches + other.batches());
        TRANSITIONS.setOpaque(this, transitions + other.transitions());
        REDRAWS.setOpaque(this, redraws + other.redraws());
        TORN.setOpaque(this, torn + other.torn());
    }

    /**
     * Batches filled.
     *
     * @return a count
     */
    public long batches() {
        return (long) BATCHES.getOpaque(this);
    }

    /**
     * Transitions delivered.
     *
     * @return a count
     */
    public long transitions() {
        return (long) TRANSITIONS.getOpaque(this);
    }

    /**
     * Draws that had to be repeated.
     *
     * @return a count
     */
    public long redraws() {
        return (long) REDRAWS.getOpaque(this);
    }

    /**
     * Redraws because a row changed while it was copied.
     *
     * @return a count
     */
    public long torn() {
        return (long) TORN.getOpaque(this);
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(SampleCounters.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
