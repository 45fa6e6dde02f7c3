package io.engram.replay.offheap.internal.upkeep;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.journal.EpisodeJournal;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Timeline;
import io.engram.replay.offheap.internal.store.SegmentFiles;
import io.engram.replay.offheap.internal.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.CompositeAgent;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The background threads of one memory, and its end. A preparer for every memory; a sealer for persistent ones, on a
 * thread of its own because it waits for the disk.
 */
public final class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int THREAD_END_MILLIS = 60_000;

    /** What a stopped thread may still use, kept from the garbage collector, which would unmap it. */
    private static final ConcurrentLinkedQueue<Object> LEAKED = new ConcurrentLinkedQueue<>();

    private final Ring ring;
    private final Epochs epochs;
    private final long lowest;
    private final Duration closeTimeout;
    private final Runnable freeRest;
    private final Runnable endEpisodes;
    private final Preparer preparer;
    private final Timekeeper timekeeper;
    private final @Nullable Sealer sealer;
    private final EpisodeJournal journal;
    private final JournalKeeper keeper;
    private final TakeBackGate gate = new TakeBackGate();
    private final List<AgentRunner> runners = new ArrayList<>();
    private boolean closed;

    /**
     * The upkeep of a ring, not yet running.
     *
     * @param ring to work for
     * @param timeline of its rows
     * @param epochs of its users
     * @param lowest the first segment there is
     * @param times of syncing and closing
     * @param rest of what the ring's users use
     */
    public Upkeep(Ring ring, Timeline timeline, Epochs epochs, long lowest, Times times, Rest rest) {
        this.ring = ring;
        this.epochs = epochs;
        this.lowest = lowest;
        this.closeTimeout = times.closeTimeout();
        this.timekeeper = new Timekeeper(ring, timeline);
        this.freeRest = rest.free();
        this.endEpisodes = rest.endEpisodes();
        this.journal = rest.journal();
        this.keeper = new JournalKeeper(journal, ring, epochs, gate);
        if (ring.source() instanceof SegmentFiles files) {
            files.setJournalForce(journal::force);
            BooleanSupplier forceRows = () -> tryForce(files);
            this.preparer = new Preparer(ring, epochs, lowest, gate, keeper::prepare);
            Syncer syncer = new Syncer(times.clock(), times.syncEvery(), () -> sync(files));
            this.sealer = new Sealer(ring, epochs, lowest, () -> keeper.tidy(forceRows) + syncer.doWork());
        } else {
            this.preparer = new Preparer(ring, epochs, lowest, gate, () -> keeper.prepare() + keeper.tidy(() -> true));
            this.sealer = null;
        }
    }

    /**
     * What the ring's users use besides the ring.
     *
     * @param journal of their episodes
     * @param endEpisodes records the end of episodes that are still open; called once nobody appends any more
     * @param free frees all the rest
     */
    public record Rest(EpisodeJournal journal, Runnable endEpisodes, Runnable free) {}

    /**
     * How long what may take.
     *
     * @param clock that says when
     * @param closeTimeout how long {@link #close} waits for threads inside an operation
     * @param syncEvery from the end of one sync to the next; zero for never
     */
    public record Times(EpochClock clock, Duration closeTimeout, Duration syncEvery) {}

    private boolean tryForce(SegmentFiles files) {
        try {
            sync(files);
            return true;
        } catch (StorageException | MemoryClosedException e) {
            LOG.debug("nothing of the journal is given up: {}", e.getMessage());
            return false;
        }
    }

    /** Prepares the first segments, then starts the threads. */
    public void start() {
        preparer.doWork();
        start(new CompositeAgent(preparer, timekeeper));
        if (sealer != null) {
            start(sealer);
        }
    }

    /** For tests: one turn of each agent, or nothing where threads take turns, which no other may join. */
    public void turn() {
        if (!runners.isEmpty()) {
            return;
        }
        preparer.doWork();
        timekeeper.doWork();
        if (sealer != null) {
            sealer.doWork();
        }
    }

    /**
     * What a snapshot holds while it looks for segments and pages.
     *
     * @return the gate
     */
    public TakeBackGate gate() {
        return gate;
    }

    /**
     * Memory that could be freed but for a thread stopped inside an operation.
     *
     * @return bytes
     */
    public long pinnedBytes() {
        return preparer.pinnedBytes();
    }

    /**
     * Memory that holds rows or is prepared for them.
     *
     * @return bytes
     */
    public long storedBytes() {
        SegmentGeometry geometry = ring.geometry();
        long first = Math.max(lowest, geometry.ordinal(ring.tail(ring.head())));
        return (geometry.ordinal(ring.limit()) - first) * geometry.length();
    }

    /**
     * Makes everything appended so far durable.
     *
     * @param files of the ring's segments
     * @throws StorageException if that is not certain; the ring has failed then
     * @throws io.engram.replay.MemoryClosedException if the memory is closed
     */
    public void sync(SegmentFiles files) {
        // Against unmapping: a segment that leaves the window meanwhile stays mapped until this is done.
        EpochRecord epoch = epochs.registerForDisk();
        try {
            epoch.enter();
            ring.requireOpen();
            force(files);
        } finally {
            epoch.exit();
            epochs.unregister(epoch);
        }
    }

    /**
     * Makes the names of new streams durable.
     *
     * @param files of the ring's segments
     * @throws StorageException if that is not certain; the ring has failed then
     */
    public void syncStreams(SegmentFiles files) {
        EpochRecord epoch = epochs.registerForDisk();
        try {
            epoch.enter();
            ring.requireOpen();
            // The system reports a failed write once, to the sealer or to this thread.
            synchronized (files) {
                ring.requireNotFailed();
                try {
                    journal.force();
                } catch (StorageException e) {
                    ring.fail(e);
                    throw e;
                }
            }
        } finally {
            epoch.exit();
            epochs.unregister(epoch);
        }
    }

    private void force(SegmentFiles files) {
        SegmentGeometry geometry = ring.geometry();
        long head = ring.head();
        try {
            for (long ordinal = geometry.ordinal(ring.tail(head)); ordinal <= geometry.ordinal(head); ordinal++) {
                Segment segment = ring.table().get(ordinal);
                if (segment != null && segment.life() != Segment.Life.SEALED) {
                    // The system reports a failed write once, to the sealer or to this thread.
                    synchronized (files) {
                        files.force(segment);
                    }
                } else if (segment != null) {
                    // Within, or a snapshot could find none late and rely on what is not durable yet.
                    synchronized (files) {
                        if (segment.takeLateLinks()) {
                            files.forceLinks(segment);
                        }
                    }
                }
            }
            synchronized (files) {
                files.forceNames();
            }
        } catch (StorageException e) {
            ring.fail(e);
            throw e;
        }
        ring.requireNotFailed();
    }

    /**
     * Ends the memory.
     *
     * @param store to close, or null
     */
    public synchronized void close(@Nullable Store store) {
        if (closed) {
            return;
        }
        closed = true;
        ring.close();
        // Else the interrupt would be handed on to the background threads, and no wait would be one.
        boolean interrupted = Thread.interrupted();
        try {
            end(store);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void end(@Nullable Store store) {
        runners.forEach(runner -> runner.close(
                THREAD_END_MILLIS,
                thread -> LOG.error("thread {} does not end; waiting for its disk operation", thread.getName())));
        long ended = epochs.advance();
        boolean quiet = awaitQuiescence(ended);
        // Only now: who appended the last row of an episode records its end.
        journal.close();
        if (quiet) {
            // Those who end an episode without a row may have seen the journal open.
            ended = epochs.advance();
            quiet = awaitQuiescence(ended);
        }
        if (!quiet) {
            LEAKED.add(ring);
            LEAKED.add(preparer);
            LEAKED.add(freeRest);
            if (store != null) {
                LEAKED.add(store);
            }
            LOG.error(
                    "threads {} are still inside an operation after {}: their memory stays mapped, {} bytes, and the"
                            + " directory locked until the process ends",
                    epochs.holders(ended),
                    closeTimeout,
                    storedBytes());
            return;
        }
        try (store) {
            try {
                endEpisodes.run();
                if (!journal.owed().isEmpty()) {
                    keeper.settle();
                }
                // A sync that failed is never tried again: it could succeed without having kept what was lost.
                if (store != null && !store.isReadOnly() && !ring.hasFailed()) {
                    force(store.segmentFiles());
                    sealTheRest();
                }
            } finally {
                preparer.unmapAll();
                keeper.unmapAll();
                freeRest.run();
            }
        }
    }

    /** What a fast writer left to the sealer would be read row by row at the next open. It is durable already. */
    private void sealTheRest() {
        if (sealer != null) {
            int sealed;
            do {
                sealed = sealer.sealNext();
            } while (sealed > 0);
        }
    }

    private boolean awaitQuiescence(long ended) {
        long start = System.nanoTime();
        while (!epochs.isQuiescent(ended)) {
            if (System.nanoTime() - start > closeTimeout.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }

    private void start(Agent agent) {
        AgentRunner runner = new AgentRunner(
                new SleepingMillisIdleStrategy(1),
                e -> LOG.error("thread {} met an error and goes on", agent.roleName(), e),
                null,
                agent);
        runners.add(runner);
        AgentRunner.startOnThread(runner, task -> {
            Thread thread = new Thread(task, agent.roleName());
            thread.setDaemon(true);
            return thread;
        });
    }
}
