package io.engram.replay.offheap;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.SamplerState;
import io.engram.replay.internal.LanePosition;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.priority.RingIndex;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.snapshot.SnapshotOrder;
import io.engram.replay.offheap.internal.snapshot.SnapshotShelf;
import io.engram.replay.offheap.internal.snapshot.SnapshotWriter;
import io.engram.replay.offheap.internal.store.Manifest;
import io.engram.replay.offheap.internal.upkeep.TakeBackGate;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.EpochClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes snapshots of an open memory. First the cut, by the caller: everything that can change is copied. Then, by a
 * thread of its own, what cannot change any more, and the way to the disk.
 *
 * <p><b>The cut.</b> (1) Nothing is taken back from here on. Sealed segments are shared: no byte of their files changes
 * any more. (2) The head is read, once; appends that were under way then are waited for, so that every row before it is
 * there or never will be. (3) Positions of samplers and streams; the ends of the journal's pages. (4) Priorities,
 * oldest first. What is left can be read at leisure: rows that were published do not change.
 */
final class Snapshotter {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshotter.class);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final long PAUSE_NANOS = 20_000;
    private static final long THREAD_IDLE_SECONDS = 10;

    private final OffHeapReplayMemory memory;
    private final Home home;
    private final Ring ring;
    private final EpochClock clock;
    private final SnapshotShelf shelf;
    private final SnapshotOrder order;
    private final Trainers trainers = new Trainers();
    private final Executor background;
    private long lastNumber = -1;
    private volatile boolean closed;

    /** What was found at the cut. */
    private record Cut(
            Manifest.Cut rows,
            List<Segment> segments,
            List<SnapshotWriter.PagePart> pages,
            SnapshotWriter.Positions positions,
            long taken) {}

    Snapshotter(OffHeapReplayMemory memory, Home home, Opening opening) {
        this.memory = memory;
        this.home = home;
        this.ring = memory.ring();
        this.clock = opening.clock();
        this.shelf = new SnapshotShelf(home.files(), home.directory());
        this.order = SnapshotOrder.of(home.files(), home.directory());
        this.background = opening.automaticUpkeep() ? thread() : Runnable::run;
    }

    private static ExecutorService thread() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1, 1, THREAD_IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "engram-snapshotter");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    Trainers trainers() {
        return trainers;
    }

    PendingSnapshot begin(SnapshotRequest request) {
        SnapshotShelf.checkName(request.name());
        request.states().keySet().forEach(SnapshotShelf::checkName);
        ring.requireWritable();
        order.begin(request.timeout());
        SnapshotWriter writer;
        boolean begun = false;
        try {
            requireOpen();
            shelf.requireFree(request.name());
            if (lastNumber < 0) {
                lastNumber = shelf.highestNumber();
            }
            writer = new SnapshotWriter(
                    home.files(), home.directory(), home.store().superblock(), request.name());
            begun = true;
        } finally {
            if (!begun) {
                order.end();
            }
        }
        return begin(request, writer);
    }

    private PendingSnapshot begin(SnapshotRequest request, SnapshotWriter writer) {
        TakeBackGate gate = memory.upkeep().gate();
        Map<String, Captured> states = new LinkedHashMap<>(request.states());
        Cut cut;
        boolean held = false;
        try {
            writer.begin();
            Map<String, Captured> captured = trainers.pause(request.timeout());
            try {
                addEach(states, captured);
                gate.hold();
                held = true;
                cut = cut(writer);
            } finally {
                trainers.release();
            }
        } catch (IOException | RuntimeException | Error e) {
            if (held) {
                gate.release();
            }
            try {
                throw failed(request, writer, e);
            } finally {
                // Last: the next one may have the same name, and what this one leaves is removed.
                order.end();
            }
        }
        lastNumber++;
        Manifest.Identity identity = new Manifest.Identity(
                home.store().superblock().memoryId(),
                memory.incarnation(),
                request.name(),
                lastNumber,
                cut.taken(),
                request.step());
        CompletableFuture<Snapshot> result = new CompletableFuture<>();
        Runnable rest = () -> {
            Snapshot snapshot;
            try {
                snapshot = finish(request, writer, cut, states, identity);
            } catch (Throwable t) {
                order.end();
                result.completeExceptionally(t);
                return;
            }
            order.end();
            result.complete(snapshot);
        };
        try {
            background.execute(rest);
        } catch (RuntimeException | Error e) {
            // No thread could be started.
            gate.release();
            try {
                throw failed(request, writer, e);
            } finally {
                order.end();
            }
        }
        return new Pending(result);
    }

    private static void addEach(Map<String, Captured> states, Map<String, Captured> captured) {
        captured.forEach((trainer, state) -> {
            if (states.putIfAbsent(trainer, state) != null) {
                throw new SnapshotException(
                        "a state is given with the request that a registered trainer gives, too: name=" + trainer
                                + "; leave it out of the request, or take another name");
            }
        });
    }

    private Cut cut(SnapshotWriter writer) throws IOException {
        long taken = clock.time();
        share();
        memory.indexes().all().forEach(RingIndex::rankForSnapshot);
        long begun = memory.nextEpisode();
        long head = ring.head();
        boolean complete = awaitAppends();
        SegmentGeometry geometry = ring.geometry();
        long tail = ring.tail(head);
        List<Segment> segments = new ArrayList<>();
        for (long ordinal = geometry.ordinal(tail); geometry.firstSequence(ordinal) < head; ordinal++) {
            Segment segment = ring.table().get(ordinal);
            if (segment == null) {
                // It left the window before it could be held.
                segments.clear();
                tail = Math.min(head, geometry.firstSequence(ordinal + 1));
            } else {
                segments.add(segment);
            }
        }
        if (complete) {
            // Else somebody may still be about to store a link there, and a copy is made.
            segments.forEach(Segment::setStill);
        }
        List<SnapshotWriter.PagePart> pages = pages();
        Map<String, SamplerState> samplers = memory.positions().samplerStates();
        // After the pages: they must not tell of the end of an episode that is open here.
        List<LanePosition> streams = complete ? memory.positions().streamsBefore(head, begun) : List.of();
        long nextEpisode = memory.nextEpisode();
        Map<String, Long> leastMasses = new TreeMap<>();
        long tailBefore = tail;
        for (RingIndex index : memory.indexes().all()) {
            leastMasses.put(index.settings().name(), index.leastMass());
            tail = Math.max(tail, writer.copy(index, tail, head));
        }
        if (tail > tailBefore) {
            writer.forget(tailBefore, tail);
        }
        long first = geometry.ordinal(tail);
        segments.removeIf(segment -> segment.ordinal() < first);
        return new Cut(
                new Manifest.Cut(tail, head, nextEpisode, ring.policyVersions().newest()),
                segments,
                pages,
                new SnapshotWriter.Positions(streams, samplers, leastMasses),
                taken);
    }

    /** Those that a writer may still store into are left out: they are copied. */
    private void share() {
        SegmentGeometry geometry = ring.geometry();
        long head = ring.head();
        for (long ordinal = geometry.ordinal(ring.tail(head)); ordinal < geometry.ordinal(head); ordinal++) {
            Segment segment = ring.table().get(ordinal);
            if (segment != null && segment.life() == Segment.Life.SEALED && !segment.mayHaveAbandonedRows()) {
                segment.share();
            }
        }
    }

    /** Also waits for links that somebody is storing who did not see that the segment is shared by now. */
    private boolean awaitAppends() {
        long ended = memory.epochs().advance();
        long start = System.nanoTime();
        while (!memory.epochs().hasPassed(ended)) {
            if (System.nanoTime() - start > PATIENCE.toNanos()) {
                LOG.warn(
                        "threads {} are inside an append or a sample for {}: their rows, and the positions of all"
                                + " streams, are not in the snapshot",
                        memory.epochs().holders(ended),
                        PATIENCE);
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }

    private List<SnapshotWriter.PagePart> pages() {
        List<SnapshotWriter.PagePart> pages = new ArrayList<>();
        for (JournalPage page = memory.journal().first(); page != null; page = page.next()) {
            if (page.limit() > 0) {
                pages.add(new SnapshotWriter.PagePart(page, page.end(), page.life() == JournalPage.Life.SEALED));
            }
        }
        return pages;
    }

    private Snapshot finish(
            SnapshotRequest request,
            SnapshotWriter writer,
            Cut cut,
            Map<String, Captured> states,
            Manifest.Identity identity) {
        TakeBackGate gate = memory.upkeep().gate();
        try {
            try {
                forceLinks(cut.segments());
                writer.export(cut.segments(), cut.rows().head());
                writer.export(cut.pages());
            } finally {
                gate.release();
            }
            for (Map.Entry<String, Captured> state : states.entrySet()) {
                writer.write(state.getKey(), state.getValue());
            }
            writer.publish(identity, cut.rows(), cut.positions());
        } catch (IOException | RuntimeException | Error e) {
            throw failed(request, writer, e);
        }
        retain(request);
        return writer.describe(identity, cut.rows());
    }

    /** The snapshot is there, whatever becomes of this. */
    private void retain(SnapshotRequest request) {
        Retention retention = request.retention();
        if (retention != null) {
            try {
                Snapshots.retain(shelf, retention);
            } catch (StorageException e) {
                LOG.warn("old snapshots were not deleted, the next snapshot tries again: {}", e.getMessage());
            }
        }
    }

    /** Links that were stored after their segments were sealed: nothing is stored there any more. */
    private void forceLinks(List<Segment> segments) {
        for (Segment segment : segments) {
            if (segment.isShared()) {
                // The system reports a failed write once, to the sealer or to this thread.
                synchronized (ring.source()) {
                    if (segment.takeLateLinks()) {
                        forceLinks(segment);
                    }
                }
            }
        }
    }

    private void forceLinks(Segment segment) {
        try {
            ring.requireNotFailed();
            ring.source().forceLinks(segment);
        } catch (StorageException e) {
            ring.fail(e);
            throw e;
        }
    }

    private RuntimeException failed(SnapshotRequest request, SnapshotWriter writer, Throwable cause) {
        SnapshotException failure = cause instanceof SnapshotException known
                ? known
                : new SnapshotException(
                        "the snapshot could not be taken: name=" + request.name() + ", directory=" + home.directory()
                                + ": " + cause + "; the memory and all other snapshots are as they were",
                        cause);
        try {
            writer.discard();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        if (cause instanceof Error error) {
            error.addSuppressed(failure);
            throw error;
        }
        return cause instanceof MemoryClosedException closing ? closing : failure;
    }

    private void requireOpen() {
        if (closed) {
            throw new MemoryClosedException("the memory is closed");
        }
    }

    /** No snapshot is begun any more; one that is being written is waited for. */
    void close() {
        if (!closed) {
            closed = true;
            trainers.close();
            order.awaitAll();
        }
    }

    /** The result of the background thread. */
    private record Pending(CompletableFuture<Snapshot> result) implements PendingSnapshot {
        @Override
        public Snapshot await() {
            try {
                return result.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new SnapshotException("interrupted while waiting for a snapshot, which goes on being written", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof SnapshotException failure) {
                    throw new SnapshotException(String.valueOf(failure.getMessage()), failure);
                }
                throw new SnapshotException("the snapshot could not be taken: " + e.getCause(), e);
            }
        }

        @Override
        public boolean isFinished() {
            return result.isDone();
        }
    }
}
