package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.security.MessageDigest;
import java.util.BitSet;
import org.agrona.UnsafeApi;

/** The rows of a file that stay, and a digest of them. For one thread. */
final class Survivors {
    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);

    private final SegmentGeometry geometry;
    private final BitSet rows;

    Survivors(SegmentGeometry geometry, BitSet rows) {
        this.geometry = geometry;
        this.rows = rows;
    }

    int count() {
        return rows.cardinality();
    }

    /** SHA-256 over stamp and row, without padding, of each that is published still. */
    String digest(StoredSegment segment) {
        MessageDigest digest = Hashes.start();
        byte[] row = new byte[geometry.rowLength()];
        long first = geometry.firstSequence(segment.header().ordinal());
        for (int i = rows.nextSetBit(0); i >= 0; i = rows.nextSetBit(i + 1)) {
            long address = segment.row(i);
            if (Stamp.isPublished(UnsafeApi.getLongVolatile(null, address), first + i)) {
                UnsafeApi.copyMemory(null, address, row, ARRAY_BASE, row.length);
                digest.update(row);
            }
        }
        return Hashes.hex(digest.digest());
    }
}
