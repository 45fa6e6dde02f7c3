package io.engram.replay.offheap;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.offheap.Concealment.Concealed;
import io.engram.replay.offheap.internal.erasure.Container;
import io.engram.replay.offheap.internal.erasure.ErasureRecord;
import io.engram.replay.offheap.internal.erasure.ErasureShelf;
import io.engram.replay.offheap.internal.erasure.FileEraser;
import io.engram.replay.offheap.internal.erasure.KinState;
import io.engram.replay.offheap.internal.erasure.LiveWindow;
import io.engram.replay.offheap.internal.erasure.Resolution;
import io.engram.replay.offheap.internal.erasure.SegmentGuard;
import io.engram.replay.offheap.internal.ring.SegmentPool;
import io.engram.replay.offheap.internal.snapshot.SnapshotOrder;
import io.engram.replay.offheap.internal.store.DirectoryTree;
import io.engram.replay.offheap.internal.store.StoreOpener;
import io.engram.replay.offheap.internal.upkeep.TakeBackGate;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.EpochClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Erases in an open memory. What is asked for is written down durably first; then the {@link Concealment}, by the
 * caller; then the files, by a thread of its own; the certificate last. Killed in between, the next opening does all of
 * it again before the memory is used: each step finds what is left to do.
 */
final class Eraser {
    private static final Logger LOG = LoggerFactory.getLogger(Eraser.class);
    private static final Duration RENEWAL = Duration.ofSeconds(60);
    private static final int SECONDS_BETWEEN_LOOKS = 5;

    private final OffHeapReplayMemory memory;
    private final Home home;
    private final Episodes episodes;
    private final SnapshotOrder order;
    private final ErasureShelf shelf;
    private final EpochClock clock;
    private final Concealment concealment;
    /** Null where tests do its work. */
    private final @Nullable ScheduledThreadPoolExecutor background;

    private @Nullable Future<?> looks;
    private volatile boolean closed;

    Eraser(OffHeapReplayMemory memory, Home home, Episodes episodes, Opening opening) {
        this.memory = memory;
        this.home = home;
        this.episodes = episodes;
        this.order = SnapshotOrder.of(home.files(), home.directory());
        this.shelf = new ErasureShelf(home.files(), home.directory());
        this.concealment = new Concealment(memory, episodes);
        this.clock = opening.clock();
        this.background = opening.automaticUpkeep() ? thread() : null;
    }

    private static ScheduledThreadPoolExecutor thread() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "engram-eraser");
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
        return executor;
    }

    /**
     * Finishes what was interrupted, before anybody uses the memory. From then on looks now and then for what others
     * ask for: who has no lock leaves a request.
     */
    void start() {
        order.run(() -> {
            shelf.mend();
            shelf.damaged().forEach(file -> LOG.warn("the record of an erasure is damaged: file={}", file));
            shelf.pending().forEach(this::carryOutAtOpen);
        });
        if (background != null) {
            looks = background.scheduleWithFixedDelay(
                    this::lookForRequests, SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_LOOKS, TimeUnit.SECONDS);
        }
    }

    /** What is wrong with files keeps nobody from using the memory, once what is meant is concealed. */
    private void carryOutAtOpen(ErasureRecord asked) {
        try {
            carryOut(asked);
        } catch (ErasureException e) {
            LOG.warn("an erasure is not finished and is tried again later: {}", e.getMessage());
        }
    }

    PendingErasure begin(ErasureRequest request) {
        memory.ring().requireWritable();
        order.begin(request.timeout());
        Concealed concealed;
        ErasureRecord erasure;
        TakeBackGate gate = memory.upkeep().gate();
        boolean held = false;
        try {
            requireOpen();
            erasure = ErasureRecord.pending(
                    home.store().superblock().memoryId(),
                    UUID.randomUUID(),
                    clock.time(),
                    request.selection().before(memory.ring().head()),
                    memory.nextEpisode());
            gate.hold();
            held = true;
            concealed = conceal(erasure);
        } catch (RuntimeException | Error e) {
            if (held) {
                gate.release();
            }
            order.end();
            throw e;
        }
        CompletableFuture<ErasureCertificate> result = new CompletableFuture<>();
        Runnable rest = () -> {
            ErasureCertificate certificate;
            try {
                certificate = eraseFiles(erasure, concealed, request.progress());
            } catch (Throwable t) {
                end(gate);
                result.completeExceptionally(t);
                return;
            }
            end(gate);
            result.complete(certificate);
        };
        if (background == null) {
            rest.run();
        } else {
            try {
                background.execute(rest);
            } catch (RuntimeException | Error e) {
                // No thread could be started. It is tried again when requests are looked for.
                end(gate);
                throw e;
            }
        }
        return new Pending(erasure.request(), concealed.rows(), result);
    }

    private void end(TakeBackGate gate) {
        gate.release();
        order.end();
    }

    /** What was asked for here and now: by name or number, as fast as can be. */
    private Concealed conceal(ErasureRecord erasure) {
        try {
            shelf.write(erasure);
            passOn(erasure);
        } catch (StorageException e) {
            throw withdrawn(erasure, e);
        }
        episodes.pauseIndex();
        return concealment.conceal(erasure.selection(), erasure.nextEpisode());
    }

    private ErasureException withdrawn(ErasureRecord erasure, StorageException cause) {
        String message = "the erasure could not be begun, and nothing was erased: directory=" + home.directory() + ": "
                + cause.getMessage();
        try {
            shelf.withdraw(erasure.request());
        } catch (StorageException e) {
            ErasureException stays = new ErasureException(
                    message + "; nor could the request be withdrawn, and it may be carried out later: request="
                            + erasure.request(),
                    cause);
            stays.addSuppressed(e);
            return stays;
        }
        return new ErasureException(message + "; mend the cause and erase again", cause);
    }

    /** Before anything changes in a file that others have, too. Their numbers may be those of other episodes. */
    private void passOn(ErasureRecord erasure) {
        if (!shelf.kin().isEmpty()) {
            ErasureRecord known =
                    erasure.withKnown(eraser(erasure, window(erasure)).resolve().known(), erasure.window());
            List<KinState> asked = shelf.leaveRequests(known);
            try {
                shelf.write(known.withKin(asked));
            } catch (StorageException e) {
                // Others have it already, so there is no way back; they are asked once more in the end.
                LOG.warn("who was asked to erase, too, could not be written down: {}", e.getMessage());
            }
        }
    }

    private LiveWindow window(ErasureRecord erasure) {
        if (erasure.window().hasRows()) {
            // Rows were erased before; what was appended since is not meant.
            return erasure.window();
        }
        long head = memory.ring().head();
        return new LiveWindow(memory.ring().tail(head), head, erasure.nextEpisode());
    }

    /** By the background thread: what others have left here while the memory is open. */
    private void lookForRequests() {
        try {
            if (!closed && !shelf.pending().isEmpty()) {
                // This thread is needed by whoever has the turn, often an erasure of this memory's own.
                if (!order.tryBegin()) {
                    return;
                }
                try {
                    requireOpen();
                    shelf.pending().forEach(this::carryOut);
                } finally {
                    order.end();
                }
            }
        } catch (MemoryClosedException e) {
            LOG.debug("the memory was closed while requests to erase were looked for", e);
        } catch (StorageException e) {
            LOG.warn("a request to erase could not be carried out and is tried again later: {}", e.getMessage());
        } catch (Throwable t) {
            // Whatever leaves this method ends the looking for ever, and tells nobody.
            LOG.warn("a request to erase could not be carried out and is tried again later", t);
        }
    }

    private void carryOut(ErasureRecord asked) {
        TakeBackGate gate = memory.upkeep().gate();
        gate.hold();
        try {
            memory.ring().requireWritable();
            ErasureRecord erasure = asked;
            if (asked.nextEpisode() == LiveWindow.NOT_KNOWN) {
                // Whatever happens, what begins from here on is not meant.
                LiveWindow none = asked.window();
                erasure =
                        asked.withKnown(asked.known(), new LiveWindow(none.tail(), none.head(), memory.nextEpisode()));
                shelf.write(erasure);
            }
            StorageException notPassedOn = tryToPassOn(erasure);
            episodes.pauseIndex();
            concealment.awaitCalls();
            Container meant = eraser(erasure, window(erasure)).resolve().live();
            Concealed concealed = concealment.conceal(erasure.selection(), meant, erasure.nextEpisode());
            if (notPassedOn != null) {
                throw unfinished(erasure, notPassedOn);
            }
            eraseFiles(erasure, concealed, ErasureProgress.NONE);
        } finally {
            gate.release();
        }
    }

    /** Returns why it cannot be: then what is meant is concealed, and no file is changed that others have, too. */
    private @Nullable StorageException tryToPassOn(ErasureRecord erasure) {
        try {
            passOn(erasure);
            return null;
        } catch (StorageException e) {
            return e;
        }
    }

    private ErasureException unfinished(ErasureRecord erasure, Exception cause) {
        return new ErasureException(
                "the erasure could not be finished: request=" + erasure.request() + ", directory=" + home.directory()
                        + ": " + cause + "; nobody can sample what is meant; mend the cause, then it is finished"
                        + " within seconds, or when the memory is opened next",
                cause);
    }

    private ErasureCertificate eraseFiles(ErasureRecord erasure, Concealed concealed, ErasureProgress progress) {
        if (!concealed.complete()) {
            throw new ErasureException("the erasure is not finished: request=" + erasure.request() + ", directory="
                    + home.directory() + ": a thread has been beginning an episode since before the request, and nobody"
                    + " can tell yet whether it is meant; nobody can sample the rest of what is meant; it is tried"
                    + " again in a few seconds, and when the memory is opened");
        }
        try {
            List<String> unreached = new ArrayList<>();
            discardSpares(unreached);
            LiveWindow window = erasure.window().hasRows()
                    ? erasure.window()
                    : new LiveWindow(concealed.tail(), concealed.head(), concealed.nextEpisode());
            FileEraser eraser = eraser(erasure, window);
            eraser.setProgress(progress);
            Resolution meant = eraser.resolve();
            ErasureRecord resolved = erasure.withKnown(meant.known(), window);
            shelf.write(resolved);
            eraser.eraseRows();
            // What is found to be done is written down first: another run would find less.
            resolved = resolved.withOutcomes(
                    concealed.rows(), meant.live().episodes().size(), eraser.outcomes());
            shelf.write(resolved);
            eraser.zeroRows();
            eraser.scrubJournals();
            eraser.scrubManifests();
            unreached.addAll(eraser.unreached());
            concealed
                    .stopped()
                    .forEach(thread -> unreached.add("thread " + thread + " is stopped inside a call, and may"
                            + " still store a row of an erased episode where nobody reads it"));
            renewIndex(unreached);
            // Once more, to all: one may be within reach now, or may have got its name meanwhile.
            List<KinState> kin = shelf.leaveRequests(resolved);
            kin.forEach(each -> each.unreached().ifPresent(unreached::add));
            ErasureRecord finished =
                    resolved.withOutcomes(0, 0, eraser.outcomes()).withKin(kin).asFinished(clock.time(), unreached);
            shelf.write(finished);
            return new ErasureCertificate(finished);
        } catch (IOException | RuntimeException e) {
            throw unfinished(erasure, e);
        }
    }

    /** Rows that left the window long ago, in files that no listing of segments finds. */
    private void discardSpares(List<String> unreached) {
        SegmentPool.Discard discard = memory.ring().pool().beginDiscard();
        long start = System.nanoTime();
        while (!discard.isAlone() && System.nanoTime() - start < Concealment.PATIENCE.toNanos()) {
            LockSupport.parkNanos(Concealment.PAUSE_NANOS);
        }
        discard.finish()
                .forEach(
                        thread -> unreached.add("thread " + thread + " is stopped while it makes room for rows, and has"
                                + " a file segments/*.tmp in hand that may hold rows that left the "
                                + "window: it overwrites them,"
                                + " or the next opening removes the file"));
    }

    private FileEraser eraser(ErasureRecord erasure, LiveWindow window) {
        FileEraser eraser = new FileEraser(
                home.files(), home.directory(), home.store().superblock(), erasure.selection(), window, this::alone);
        eraser.assume(erasure.known(), erasure.requested());
        eraser.goOnWith(erasure.files());
        return eraser;
    }

    private void renewIndex(List<String> unreached) throws IOException {
        if (!episodes.renewIndex(RENEWAL)) {
            unreached.add("the catalogue's index could not be made anew in " + RENEWAL.toSeconds()
                    + " seconds: remove its directory while the memory is closed");
        }
        if (!episodes.hasIndex()) {
            DirectoryTree.delete(home.files(), home.directory().resolve(StoreOpener.CATALOGUE_DIRECTORY));
        }
    }

    /** Nothing is sealed meanwhile. */
    private void alone(SegmentGuard.Action action) throws IOException {
        synchronized (memory.ring().source()) {
            action.run();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new MemoryClosedException("the memory is closed");
        }
    }

    /** No erasure is begun any more; one that is under way is waited for. */
    void close() {
        if (!closed) {
            closed = true;
            if (looks != null) {
                looks.cancel(false);
            }
            order.awaitAll();
            if (background != null) {
                background.shutdown();
            }
        }
    }

    /** The result of the background thread. */
    private record Pending(UUID id, long rows, CompletableFuture<ErasureCertificate> result) implements PendingErasure {
        @Override
        public ErasureCertificate await() {
            try {
                return result.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ErasureException("interrupted while waiting for an erasure, which goes on: request=" + id, e);
            } catch (ExecutionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                throw new ErasureException(String.valueOf(cause.getMessage()), cause);
            }
        }

        @Override
        public boolean isFinished() {
            return result.isDone();
        }
    }
}
