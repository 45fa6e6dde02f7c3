package io.engram.replay.offheap.stress;

import io.engram.replay.offheap.internal.ring.Region;
import io.engram.replay.offheap.internal.ring.SealFacts;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentSource;

/** Segments without memory behind them, for races in which no row is touched. */
record NoMemory() implements SegmentSource, Region {
    @Override
    public Region create(long ordinal) {
        return this;
    }

    @Override
    public void setAside(Region region) {}

    @Override
    public Region recycle(Region region, long ordinal) {
        return region;
    }

    @Override
    public void seal(Segment segment, SealFacts facts) {}

    @Override
    public void forceLinks(Segment segment) {}

    @Override
    public void unlink(Region region) {}

    @Override
    public void unmap(Region region) {}

    @Override
    public boolean isPersistent() {
        return false;
    }

    @Override
    public long address() {
        return 0;
    }

    @Override
    public long length() {
        return 0;
    }

    /** A segment of that ordinal. */
    static Segment segment(long ordinal) {
        return new Segment(ordinal, new NoMemory(), Segment.Life.LIVE);
    }
}
