package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.ReadOnlyMemoryException;
import io.engram.replay.offheap.internal.ring.Region;
import io.engram.replay.offheap.internal.ring.SealFacts;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentSource;

/** The segments of a snapshot: nothing is made, nothing changed. */
final class ReadOnlySegments implements SegmentSource {
    @Override
    public Region create(long ordinal) {
        throw readOnly();
    }

    @Override
    public void setAside(Region region) {
        throw readOnly();
    }

    @Override
    public Region recycle(Region region, long ordinal) {
        throw readOnly();
    }

    @Override
    public void seal(Segment segment, SealFacts facts) {
        throw readOnly();
    }

    @Override
    public void forceLinks(Segment segment) {
        throw readOnly();
    }

    @Override
    public void unlink(Region region) {
        throw readOnly();
    }

    @Override
    public void unmap(Region region) {
        ((FileRegion) region).mapping().unmap();
    }

    @Override
    public boolean isPersistent() {
        return true;
    }

    private static ReadOnlyMemoryException readOnly() {
        return new ReadOnlyMemoryException("the memory is a snapshot opened for reading only");
    }
}
