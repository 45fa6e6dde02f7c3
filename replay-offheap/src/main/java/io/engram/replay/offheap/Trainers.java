package io.engram.replay.offheap;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.offheap.internal.snapshot.SnapshotShelf;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The trainers of a memory, and the pause in which a snapshot captures them. Safe for use by any number of threads. */
final class Trainers {
    private static final long WAIT_MILLIS = 100;

    private final Map<String, Registered> trainers = new TreeMap<>();
    /** How many have ended. */
    private long pauses;

    private boolean closed;

    private final class Registered implements Trainer {
        private final String name;
        private final Supplier<Captured> capture;
        /** Whether a snapshot waits for this trainer: all that a boundary looks at when none does. */
        private volatile boolean wanted;

        private @Nullable Thread owner;
        private @Nullable Captured captured;

        Registered(String name, Supplier<Captured> capture) {
            this.name = name;
            this.capture = capture;
        }

        @Override
        public void stepBoundary() {
            if (wanted) {
                arrive(this);
            } else if (owner != Thread.currentThread()) {
                own(this);
            }
        }

        @Override
        public void close() {
            remove(this);
        }
    }

    Trainer open(String name, Supplier<Captured> capture) {
        SnapshotShelf.checkName(name);
        Registered added = new Registered(name, capture);
        synchronized (this) {
            requireOpen();
            if (trainers.putIfAbsent(name, added) != null) {
                throw new IllegalArgumentException("a trainer of name='" + name + "' is registered already");
            }
        }
        return added;
    }

    private synchronized void remove(Registered trainer) {
        if (trainers.remove(trainer.name, trainer)) {
            trainer.wanted = false;
            notifyAll();
        }
    }

    private synchronized void own(Registered trainer) {
        trainer.owner = Thread.currentThread();
    }

    private void arrive(Registered trainer) {
        own(trainer);
        Captured state = trainer.capture.get();
        boolean interrupted = false;
        synchronized (this) {
            trainer.captured = state;
            notifyAll();
            // Another pause may begin before this thread runs again; it waits for another boundary.
            long own = pauses;
            while (trainer.wanted && pauses == own && !closed) {
                try {
                    wait(WAIT_MILLIS);
                } catch (InterruptedException e) {
                    // The snapshot lets go soon, and what it copies meanwhile must not change.
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until every trainer is at a boundary and has captured its state. One whose thread is the caller's is at a
     * boundary.
     *
     * @return the states by name; until {@link #release} the trainers wait
     * @throws SnapshotException if one does not come
     */
    synchronized Map<String, Captured> pause(Duration timeout) {
        requireOpen();
        long end = System.nanoTime() + timeout.toNanos();
        Thread caller = Thread.currentThread();
        try {
            for (Registered trainer : trainers.values()) {
                if (trainer.owner == caller) {
                    trainer.captured = trainer.capture.get();
                } else {
                    // One that came too late for the last pause may have left something.
                    trainer.captured = null;
                    trainer.wanted = true;
                }
            }
            for (String missing = missing(); missing != null; missing = missing()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new SnapshotException("a trainer did not come to a boundary between two steps: trainer="
                            + missing + ", waited=" + timeout
                            + "; call its stepBoundary in every step, close it when it ends, or give a longer timeout");
                }
                wait(Math.min(WAIT_MILLIS, left / 1_000_000 + 1));
                // Closing wants nobody any more.
                requireOpen();
            }
            Map<String, Captured> states = new LinkedHashMap<>();
            trainers.forEach((name, trainer) -> {
                if (trainer.captured != null) {
                    states.put(name, trainer.captured);
                }
            });
            return states;
        } catch (InterruptedException e) {
            release();
            Thread.currentThread().interrupt();
            throw new SnapshotException("interrupted while waiting for trainers", e);
        } catch (Throwable t) {
            release();
            throw t;
        }
    }

    private @Nullable String missing() {
        for (Registered trainer : trainers.values()) {
            if (trainer.wanted && trainer.captured == null) {
                return trainer.name;
            }
        }
        return null;
    }

    /** Lets the trainers go on. */
    synchronized void release() {
        pauses++;
        for (Registered trainer : trainers.values()) {
            trainer.wanted = false;
            trainer.captured = null;
        }
        notifyAll();
    }

    synchronized void close() {
        closed = true;
        release();
    }

    private void requireOpen() {
        if (closed) {
            throw new MemoryClosedException("the memory is closed");
        }
    }
}
