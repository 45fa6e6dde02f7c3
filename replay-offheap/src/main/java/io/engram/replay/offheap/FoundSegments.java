package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.ring.Links;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.store.Store;
import org.jspecify.annotations.Nullable;

/** The segments that a memory has when it is opened. */
final class FoundSegments {
    private final @Nullable Store store;
    private final Store.Recovered recovered;

    FoundSegments(@Nullable Store store) {
        this.store = store;
        this.recovered = store == null ? Store.Recovered.NOTHING : store.recovered();
    }

    Store.Recovered recovered() {
        return recovered;
    }

    /** Puts them into the ring; returns the first row that may have been lost. */
    long install(Ring ring) {
        for (Segment segment : recovered.segments()) {
            ring.install(segment);
            ring.raiseLimit(segment.ordinal());
        }
        long unsealed = recovered.segments().stream()
                .filter(segment -> segment.life() == Segment.Life.LIVE)
                .mapToLong(segment -> ring.geometry().firstSequence(segment.ordinal()))
                .min()
                .orElse(recovered.head());
        if (store == null || !store.isReadOnly()) {
            Links.rebuildBehind(ring, recovered.floor(), unsealed);
        }
        return unsealed;
    }

    /** Makes them durable. */
    void force() {
        if (store != null && !store.isReadOnly()) {
            for (Segment segment : recovered.segments()) {
                if (segment.life() == Segment.Life.LIVE) {
                    store.segmentFiles().force(segment);
                }
            }
            store.segmentFiles().forceNames();
        }
    }
}
