package io.engram.replay.offheap.internal.sample;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What one sampler did, its updates included. Counted by its thread alone, read by any. */
public final class SampleCounters {
    private static final VarHandle BATCHES = handle("batches");
    private static final VarHandle TRANSITIONS = handle("transitions");
    private static final VarHandle REDRAWS = handle("redraws");
    private static final VarHandle TORN = handle("torn");
    private static final VarHandle STEPS = handle("steps");
    private static final VarHandle UPDATES = handle("updates");
    private static final VarHandle STALE = handle("stale");
    private static final VarHandle CLAMPED = handle("clamped");

    @SuppressWarnings("unused")
    private long batches;

    @SuppressWarnings("unused")
    private long transitions;

    @SuppressWarnings("unused")
    private long redraws;

    @SuppressWarnings("unused")
    private long torn;

    @SuppressWarnings("unused")
    private long steps;

    @SuppressWarnings("unused")
    private long updates;

    @SuppressWarnings("unused")
    private long stale;

    @SuppressWarnings("unused")
    private long clamped;

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

    void countSteps(int count) {
        STEPS.setOpaque(this, steps + count);
    }

    void countUpdates(int applied, int notApplied, int beyond) {
        UPDATES.setOpaque(this, updates + applied);
        STALE.setOpaque(this, stale + notApplied);
        CLAMPED.setOpaque(this, clamped + beyond);
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
        STEPS.setOpaque(this, steps + other.steps());
        UPDATES.setOpaque(this, updates + other.updates());
        STALE.setOpaque(this, stale + other.stale());
        CLAMPED.setOpaque(this, clamped + other.clamped());
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

    /**
     * Draws that took the next leaf, because they fell again and again on mass that no leaf had.
     *
     * @return a count
     */
    public long steps() {
        return (long) STEPS.getOpaque(this);
    }

    /**
     * Priorities set.
     *
     * @return a count
     */
    public long updates() {
        return (long) UPDATES.getOpaque(this);
    }

    /**
     * Priorities that reached nothing.
     *
     * @return a count
     */
    public long stale() {
        return (long) STALE.getOpaque(this);
    }

    /**
     * Priorities that were clamped.
     *
     * @return a count
     */
    public long clamped() {
        return (long) CLAMPED.getOpaque(this);
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(SampleCounters.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
