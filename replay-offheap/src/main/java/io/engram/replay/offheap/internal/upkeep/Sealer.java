package io.engram.replay.offheap.internal.upkeep;

import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.epoch.Epochs;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentCloser;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import java.util.function.IntSupplier;
import org.agrona.concurrent.Agent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Seals segments in order, at least one whole segment behind the head, so that writers have had time to publish. A
 * segment that leaves the window first is not sealed any more. One thread; what it waits for is the disk.
 */
public final class Sealer implements Agent {
    private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);
    private static final int SEGMENTS_BEHIND = 2;

    private final Ring ring;
    private final SegmentGeometry geometry;
    private final SegmentCloser closer;
    private final EpochRecord epoch;
    private final IntSupplier rest;
    private long next;

    /**
     * A sealer.
     *
     * @param ring to work for
     * @param epochs of its users
     * @param lowest the first segment there is
     * @param rest what else the thread does each turn; returns how much
     */
    public Sealer(Ring ring, Epochs epochs, long lowest, IntSupplier rest) {
        this.rest = rest;
        this.ring = ring;
        this.epoch = epochs.registerForDisk();
        this.geometry = ring.geometry();
        this.closer = new SegmentCloser(geometry);
        this.next = lowest;
    }

    @Override
    public int doWork() {
        return sealNext() + rest.getAsInt();
    }

    /** Seals a segment if one is due, and returns how many. */
    int sealNext() {
        long head = ring.head();
        next = Math.max(next, geometry.ordinal(ring.tail(head)));
        if (ring.hasFailed() || next + SEGMENTS_BEHIND > geometry.ordinal(head)) {
            return 0;
        }
        Segment segment = ring.table().get(next);
        if (segment != null && segment.advance(Segment.Life.LIVE, Segment.Life.SEALING)) {
            seal(segment);
        }
        next++;
        return 1;
    }

    @Override
    public String roleName() {
        return "engram-sealer";
    }

    /** Rows of the segment may be the next ones of rows in segments that were sealed before. */
    private void forceLateLinks(long end) {
        // Against unmapping: these segments may leave the window meanwhile.
        epoch.enter();
        try {
            for (long ordinal = geometry.ordinal(ring.tail(ring.head())); ordinal < end; ordinal++) {
                Segment segment = ring.table().get(ordinal);
                if (segment != null && segment.takeLateLinks()) {
                    ring.source().forceLinks(segment);
                }
            }
        } finally {
            epoch.exit();
        }
    }

    private void seal(Segment segment) {
        // The system reports a failed write once, to this thread or to a caller of sync.
        synchronized (ring.source()) {
            try {
                ring.source().seal(segment, closer.close(segment));
                segment.advance(Segment.Life.SEALING, Segment.Life.SEALED);
                forceLateLinks(segment.ordinal());
            } catch (RuntimeException | Error e) {
                // What reached the disk is unknown and asking again would not tell: nothing is written from here on.
                segment.advance(Segment.Life.SEALING, Segment.Life.LIVE);
                ring.fail(e);
                LOG.error("sealing failed, the memory can only be read from here on: {}", e.getMessage());
            }
        }
    }
}
