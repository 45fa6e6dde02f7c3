package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.StorageFullException;
import io.engram.replay.offheap.internal.ring.Region;
import io.engram.replay.offheap.internal.ring.SealFacts;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.SegmentSource;
import org.agrona.UnsafeApi;

/** Segments in anonymous memory, gone with the process. */
public final class AnonymousSegments implements SegmentSource {
    private static final int PIECE = 256 << 10;

    private final long length;

    /**
     * A source.
     *
     * @param geometry of the segments
     */
    public AnonymousSegments(SegmentGeometry geometry) {
        this.length = geometry.length();
    }

    @Override
    public Region create(long ordinal) {
        long block;
        try {
            block = UnsafeApi.allocateMemory(length + SegmentGeometry.PAGE);
        } catch (OutOfMemoryError e) {
            throw new StorageFullException(
                    "no memory for the next segment: segment=" + ordinal + ", bytes needed=" + length
                            + "; nothing was appended, the memory can still be read",
                    e);
        }
        long address = (block + SegmentGeometry.PAGE - 1) & -SegmentGeometry.PAGE;
        // In pieces, because no thread reaches a safepoint inside one.
        for (long at = 0; at < length; at += PIECE) {
            UnsafeApi.setMemory(address + at, Math.min(PIECE, length - at), (byte) 0);
        }
        return new Block(block, address, length);
    }

    @Override
    public void setAside(Region region) {
        // It has no name.
    }

    @Override
    public Region recycle(Region region, long ordinal) {
        return region;
    }

    @Override
    public void seal(Segment segment, SealFacts facts) {
        throw new IllegalStateException("anonymous segments are never sealed: segment=" + segment.ordinal());
    }

    @Override
    public void forceLinks(Segment segment) {
        throw new IllegalStateException("anonymous segments are never durable: segment=" + segment.ordinal());
    }

    @Override
    public void unlink(Region region) {
        // There is no name to remove; unmap frees the memory.
    }

    @Override
    public void unmap(Region region) {
        UnsafeApi.freeMemory(((Block) region).block());
    }

    @Override
    public boolean isPersistent() {
        return false;
    }

    private record Block(long block, long address, long length) implements Region {}
}
