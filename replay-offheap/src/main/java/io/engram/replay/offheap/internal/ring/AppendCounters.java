package io.engram.replay.offheap.internal.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** What one writer did. Counted by its thread alone, read by any. */
public final class AppendCounters {
    private static final VarHandle TRANSITIONS = handle("transitions");
    private static final VarHandle LOST_RACES = handle("lostRaces");
    private static final VarHandle FAILURES = handle("failures");
    private static final VarHandle CLAMPED = handle("clamped");

    @SuppressWarnings("unused")
    private long transitions;

    @SuppressWarnings("unused")
    private long lostRaces;

    @SuppressWarnings("unused")
    private long failures;

    @SuppressWarnings("unused")
    private long clamped;

    /** All zero. */
    public AppendCounters() {}

    void countTransition() {
        TRANSITIONS.setOpaque(this, transitions + 1);
    }

    void countLostRace() {
        LOST_RACES.setOpaque(this, lostRaces + 1);
    }

    void countFailure() {
        FAILURES.setOpaque(this, failures + 1);
    }

    void countClamped() {
        CLAMPED.setOpaque(this, clamped + 1);
    }

    /**
     * Adds another writer's counts, for totals.
     *
     * @param other any
     */
    public void add(AppendCounters other) {
        TRANSITIONS.setOpaque(this, transitions + other.transitions());
        LOST_RACES.setOpaque(this, lostRaces + other.lostRaces());
        FAILURES.setOpaque(this, failures + other.failures());
        CLAMPED.setOpaque(this, clamped + other.clamped());
    }

    /**
     * Transitions appended.
     *
     * @return a count
     */
    public long transitions() {
        return (long) TRANSITIONS.getOpaque(this);
    }

    /**
     * Appends that had to claim again.
     *
     * @return a count
     */
    public long lostRaces() {
        return (long) LOST_RACES.getOpaque(this);
    }

    /**
     * Appends that threw because no room could be made.
     *
     * @return a count
     */
    public long failures() {
        return (long) FAILURES.getOpaque(this);
    }

    /**
     * Transitions whose priority was clamped.
     *
     * @return a count
     */
    public long clamped() {
        return (long) CLAMPED.getOpaque(this);
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(AppendCounters.class, field, long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
