package io.engram.replay.offheap.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.offheap.StorageFullException;
import io.engram.replay.offheap.internal.store.AnonymousSegments;
import java.util.ArrayList;
import java.util.List;

/** Counts what is made and freed; {@code beforeCreated} runs when a segment was made and nobody knows it yet. */
final class CountingSegments implements SegmentSource {
    private final AnonymousSegments segments;
    private final List<Region> mapped = new ArrayList<>();
    Runnable beforeCreated = () -> {};
    boolean full;

    CountingSegments(SegmentGeometry geometry) {
        segments = new AnonymousSegments(geometry);
    }

    @Override
    public Region create(long ordinal) {
        if (full) {
            throw new StorageFullException("full", null);
        }
        Region region = segments.create(ordinal);
        mapped.add(region);
        Runnable hook = beforeCreated;
        beforeCreated = () -> {};
        hook.run();
        return region;
    }

    @Override
    public void setAside(Region region) {
        segments.setAside(region);
    }

    @Override
    public Region recycle(Region region, long ordinal) {
        return segments.recycle(region, ordinal);
    }

    @Override
    public void seal(Segment segment, SealFacts facts) {
        segments.seal(segment, facts);
    }

    @Override
    public void forceLinks(Segment segment) {}

    @Override
    public void unlink(Region region) {
        segments.unlink(region);
    }

    @Override
    public void unmap(Region region) {
        assertThat(mapped.remove(region)).isTrue();
        segments.unmap(region);
    }

    @Override
    public boolean isPersistent() {
        return false;
    }

    /** What is mapped now. */
    List<Region> mapped() {
        return List.copyOf(mapped);
    }

    /** Unmaps everything. */
    void free() {
        mapped().forEach(this::unmap);
    }
}
