package io.engram.replay.offheap.internal.upkeep;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.StorageFullException;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.ring.Region;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentCloser;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.SegmentPool;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.IntSupplier;
import org.agrona.concurrent.Agent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps room before the head and takes back what falls behind the window: retire, recycle or unlink, unmap once the
 * epoch has passed, prepare. One thread.
 */
public final class Preparer implements Agent {
    private static final Logger LOG = LoggerFactory.getLogger(Preparer.class);
    private static final int MAX_SPARES = Ring.SEGMENTS_AHEAD;
    private static final int CYCLES_BETWEEN_TRIES = 100;

    private final Ring ring;
    private final Epochs epochs;
    private final SegmentGeometry geometry;
    private final SegmentCloser closer;
    private final TakeBackGate gate;
    private final IntSupplier rest;
    private final Queue<Segment> behind = new PriorityQueue<>(Comparator.comparingLong(Segment::ordinal));
    private final Deque<Doomed> doomed = new ArrayDeque<>();
    private long lowest;
    private int pause;
    private @Nullable String lastComplaint;
    private volatile long pinnedBytes;

    /** Memory that nobody can find any more, and the epoch that must pass before it is unmapped. */
    private record Doomed(Region region, long epoch) {}

    /**
     * A preparer.
     *
     * @param ring to work for
     * @param epochs of its users
     * @param lowest the first segment there is
     * @param gate asked before anything is taken back
     * @param rest what else the thread does each turn; returns how much
     */
    public Preparer(Ring ring, Epochs epochs, long lowest, TakeBackGate gate, IntSupplier rest) {
        this.gate = gate;
        this.rest = rest;
        this.ring = ring;
        this.epochs = epochs;
        this.geometry = ring.geometry();
        this.closer = new SegmentCloser(geometry);
        this.lowest = lowest;
    }

    @Override
    public int doWork() {
        int work = retire() + takeBack() + doomRejects() + unmap() + trim();
        return work + prepare() + rest.getAsInt();
    }

    @Override
    public String roleName() {
        return "engram-preparer";
    }

    /**
     * Memory that could be freed but for a thread stopped inside an operation.
     *
     * @return bytes
     */
    public long pinnedBytes() {
        return pinnedBytes;
    }

    /** Frees all that is held. Called when nobody uses the ring any more. */
    public void unmapAll() {
        retire();
        collect();
        behind.forEach(segment -> ring.source().unmap(segment.region()));
        doomRejects();
        for (Region spare = ring.pool().poll();
                spare != null;
                spare = ring.pool().poll()) {
            doom(spare);
        }
        doomed.forEach(each -> ring.source().unmap(each.region()));
        for (long ordinal = lowest; geometry.firstSequence(ordinal) < ring.limit(); ordinal++) {
            Segment segment = ring.table().get(ordinal);
            if (segment != null) {
                ring.source().unmap(segment.region());
            }
        }
    }

    private int retire() {
        long tail = ring.tail(ring.head());
        int retired = 0;
        while (geometry.firstSequence(lowest + 1) <= tail) {
            Segment segment = ring.table().get(lowest);
            if (segment != null) {
                ring.retire(segment);
                retired++;
            }
            lowest++;
        }
        return retired;
    }

    /** Takes over what was retired, by this thread or by writers in need of an entry of the table. */
    private void collect() {
        for (Segment segment = ring.retired().poll();
                segment != null;
                segment = ring.retired().poll()) {
            behind.add(segment);
        }
    }

    /**
     * In the order of ordinals, so that the segments that a later open finds are consecutive: what is not below
     * {@code lowest} may have left the table before a segment that is older, and waits for the next round. So does what
     * is being sealed at this moment, and all behind it.
     */
    private int takeBack() {
        collect();
        if (behind.isEmpty() || !gate.tryEnter()) {
            return 0;
        }
        try {
            return takeBackBehind();
        } finally {
            gate.exit();
        }
    }

    private int takeBackBehind() {
        int taken = 0;
        for (Segment segment = behind.peek();
                segment != null
                        && segment.ordinal() < lowest
                        && (segment.advance(Segment.Life.LIVE, Segment.Life.RETIRED)
                                || segment.advance(Segment.Life.SEALED, Segment.Life.RETIRED));
                segment = behind.peek()) {
            behind.remove();
            reuseOrDoom(segment);
            taken++;
        }
        return taken;
    }

    private void reuseOrDoom(Segment segment) {
        if (segment.mayHaveAbandonedRows()) {
            closer.close(segment);
        }
        // A writer of an abandoned row may store into it at any time to come, so its memory can hold nothing else.
        // While
        // nothing can be unmapped because somebody is inside, all the rest is kept for use again, however much.
        if (!segment.mayHaveAbandonedRows() && (ring.pool().size() < MAX_SPARES || !doomed.isEmpty())) {
            ring.pool().put(segment.region());
        } else {
            doom(segment.region());
        }
    }

    private int doomRejects() {
        if (!ring.pool().hasRejects()) {
            return 0;
        }
        SegmentPool.Use use = ring.pool().use();
        try {
            return doomEach();
        } finally {
            use.end();
        }
    }

    private int doomEach() {
        int work = 0;
        for (SegmentPool.Reject reject = ring.pool().pollReject();
                reject != null;
                reject = ring.pool().pollReject()) {
            if (reject.cause() != null) {
                complain(reject.cause());
            }
            doom(reject.region());
            work++;
        }
        return work;
    }

    /** Once memory can be unmapped, what was kept beyond the usual is, piece by piece. */
    private int trim() {
        if (!doomed.isEmpty() || ring.pool().size() <= MAX_SPARES) {
            return 0;
        }
        SegmentPool.Use use = ring.pool().use();
        try {
            Region spare = ring.pool().poll();
            if (spare != null) {
                doom(spare);
            }
        } finally {
            use.end();
        }
        return 1;
    }

    private void doom(Region region) {
        unlink(region);
        doomed.add(new Doomed(region, epochs.advance()));
    }

    private void unlink(Region region) {
        try {
            ring.source().unlink(region);
        } catch (StorageException e) {
            complain(e);
        }
    }

    private int unmap() {
        int unmapped = 0;
        while (!doomed.isEmpty() && epochs.isQuiescent(doomed.peek().epoch())) {
            ring.source().unmap(doomed.remove().region());
            unmapped++;
        }
        // Not a loop over what is doomed: this runs a thousand times a second and would leave an iterator each time.
        int surplus = doomed.isEmpty() ? 0 : Math.max(0, ring.pool().size() - MAX_SPARES);
        pinnedBytes = (doomed.size() + surplus) * (long) geometry.length();
        return unmapped;
    }

    private int prepare() {
        if (ring.hasFailed()) {
            return 0;
        }
        if (pause > 0) {
            pause--;
            return 0;
        }
        int prepared = 0;
        try {
            while (ring.limit() < goal()) {
                ring.prepare(geometry.ordinal(ring.limit()));
                prepared++;
            }
            lastComplaint = null;
        } catch (StorageFullException e) {
            // Writers that need the room get the same error; here it is tried again until there is space.
            complain(e);
            pause = CYCLES_BETWEEN_TRIES;
        }
        return prepared;
    }

    private long goal() {
        return geometry.firstSequence(geometry.ordinal(ring.head()) + 1 + Ring.SEGMENTS_AHEAD);
    }

    private void complain(StorageException e) {
        String complaint = String.valueOf(e.getMessage());
        if (!complaint.equals(lastComplaint)) {
            lastComplaint = complaint;
            LOG.warn("{}", complaint);
        }
    }
}
