package io.engram.replay.offheap.internal.ring;

import io.engram.replay.offheap.StorageException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Memory for segments to come: what left the window and can hold others at once, else new memory. Lock-free but for the
 * system calls.
 *
 * <p>Memory in the pool needs no epoch to pass: samplers that still look at it see by the stamps that its rows changed.
 * That is why a thread stopped for ever in the middle of an operation costs a bounded amount: what cannot be unmapped
 * while it is inside is used again, by writers that make room themselves as well as by the preparer.
 */
public final class SegmentPool {
    /** Memory that cannot be used again, and why. */
    public record Reject(Region region, @Nullable StorageException cause) {}

    private final SegmentSource source;
    private final Queue<Region> spares = new ConcurrentLinkedQueue<>();
    private final Queue<Reject> rejects = new ConcurrentLinkedQueue<>();
    private final Set<Use> uses = ConcurrentHashMap.newKeySet();
    /** While it is above 0 nothing is used again. */
    private final AtomicInteger discards = new AtomicInteger();

    /** Somebody who may have memory in hand that is neither in the pool nor in the table. Not equal to any other. */
    public final class Use {
        private final String thread = Thread.currentThread().getName();

        private Use() {}

        /** The memory is in the table, in the pool, or unlinked. */
        public void end() {
            uses.remove(this);
        }
    }

    SegmentPool(SegmentSource source) {
        this.source = source;
    }

    /**
     * How much there is.
     *
     * @return spares, counted one by one
     */
    public int size() {
        return spares.size();
    }

    /**
     * Announces that the caller is going to take memory out, whoever it is for. Never waits.
     *
     * @return to be ended, whatever happens
     */
    public Use use() {
        Use use = new Use();
        uses.add(use);
        return use;
    }

    /**
     * Takes memory for a segment, recycled or new. Within a {@link #use}, which lasts until the memory is in the table
     * or given to the pool.
     *
     * @param ordinal the segment
     * @return ready to be installed
     * @throws io.engram.replay.offheap.StorageFullException if there is none and none can be made
     */
    public Region take(long ordinal) {
        for (Region spare = nextSpare(); spare != null; spare = nextSpare()) {
            try {
                Region recycled = source.recycle(spare, ordinal);
                if (recycled != null) {
                    return recycled;
                }
                rejects.add(new Reject(spare, null));
            } catch (StorageException e) {
                rejects.add(new Reject(spare, e));
            }
        }
        return source.create(ordinal);
    }

    private @Nullable Region nextSpare() {
        return discards.get() > 0 ? null : spares.poll();
    }

    /**
     * Gives memory to the pool: of a segment that left the window, or that somebody else was quicker to install.
     *
     * @param region nobody's any more, without abandoned rows
     */
    public void put(Region region) {
        try {
            source.setAside(region);
            spares.add(region);
        } catch (StorageException e) {
            rejects.add(new Reject(region, e));
        }
    }

    /**
     * Begins to see to it that what is in the pool now holds no later segment: its rows are of episodes that nobody
     * knows any more, and are to be nowhere. For callers who keep segments from being retired meanwhile.
     *
     * @return to be finished, whatever happens
     */
    public Discard beginDiscard() {
        return new Discard();
    }

    /** While it lasts, nothing is used again. For one thread. */
    public final class Discard {
        private final Set<Use> before;

        private Discard() {
            // First this, then a look at the uses: whoever is not among them sees it, and takes nothing old.
            discards.incrementAndGet();
            before = new HashSet<>(uses);
        }

        /**
         * Whether what somebody had in hand is a segment by now, which its name tells, or back in the pool.
         *
         * @return false if somebody has been at it all the time
         */
        public boolean isAlone() {
            before.removeIf(use -> !uses.contains(use));
            return before.isEmpty();
        }

        /**
         * Takes the storage from what is in the pool at once, its memory when it can be unmapped.
         *
         * @return threads that have had memory in hand all the time
         * @throws StorageException if some of it cannot be removed
         */
        public List<String> finish() {
            try {
                isAlone();
                unlinkAll();
                return before.stream().map(use -> use.thread).sorted().toList();
            } finally {
                discards.decrementAndGet();
            }
        }
    }

    private void unlinkAll() {
        List<Region> all = new ArrayList<>();
        for (Region spare = spares.poll(); spare != null; spare = spares.poll()) {
            all.add(spare);
        }
        for (Reject reject = rejects.poll(); reject != null; reject = rejects.poll()) {
            all.add(reject.region());
        }
        @Nullable StorageException failure = null;
        for (Region each : all) {
            try {
                source.unlink(each);
            } catch (StorageException e) {
                failure = e;
            }
            rejects.add(new Reject(each, null));
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Takes memory out that is not to be used again. Within a {@link #use}, which lasts until it is unlinked.
     *
     * @return still mapped, or null if there is none
     */
    public @Nullable Region poll() {
        return spares.poll();
    }

    /**
     * Whether there is memory that cannot be used again.
     *
     * @return at some moment during the call
     */
    public boolean hasRejects() {
        return !rejects.isEmpty();
    }

    /**
     * Takes memory out that cannot be used again. Within a {@link #use}, which lasts until it is unlinked.
     *
     * @return still mapped, or null if there is none
     */
    public @Nullable Reject pollReject() {
        return rejects.poll();
    }
}
