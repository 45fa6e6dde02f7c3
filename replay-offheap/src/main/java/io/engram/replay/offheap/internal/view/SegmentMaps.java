package io.engram.replay.offheap.internal.view;

import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.agrona.UnsafeApi;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a store by ordinal. One that turns out to be another by now, or is not there, is looked up once more;
 * what is not found then has left the window for good. For one thread.
 */
class SegmentMaps implements AutoCloseable {
    /** Finds the segments that have files at this moment. */
    @FunctionalInterface
    interface Source {
        /**
         * Maps those that are not mapped yet.
         *
         * @param known by ordinal; takes what is found
         * @throws IOException if a file cannot be read
         */
        void map(NavigableMap<Long, MappedSegment> known) throws IOException;
    }

    private final SegmentGeometry geometry;
    private final Source source;
    private final NavigableMap<Long, MappedSegment> byOrdinal = new TreeMap<>();
    private final LongHashSet gone = new LongHashSet();

    SegmentMaps(SegmentGeometry geometry, Source source) {
        this.geometry = geometry;
        this.source = source;
    }

    /** Segments that nobody else changes; {@code unmapping} ends all mappings. */
    static SegmentMaps of(SegmentGeometry geometry, List<Segment> segments, Runnable unmapping) {
        SegmentMaps maps = new SegmentMaps(geometry, known -> {}) {
            @Override
            public void close() {
                unmapping.run();
            }
        };
        segments.forEach(segment -> maps.byOrdinal.put(
                segment.ordinal(), MappedSegment.at(segment.region().address(), () -> {})));
        return maps;
    }

    /** Maps what has a file and is not mapped. */
    void refresh() throws IOException {
        source.map(byOrdinal);
    }

    /** The segment, if it is there still. */
    @Nullable
    MappedSegment find(long ordinal) throws IOException {
        MappedSegment known = byOrdinal.get(ordinal);
        if (known != null && known.isSame()) {
            return known;
        }
        if (gone.contains(ordinal)) {
            return null;
        }
        if (known != null) {
            byOrdinal.remove(ordinal);
            known.unmapping().run();
        }
        refresh();
        MappedSegment found = byOrdinal.get(ordinal);
        if (found == null || !found.isSame()) {
            gone.add(ordinal);
            return null;
        }
        return found;
    }

    /** The oldest sequence there is room for, or 0. */
    long floor() {
        return byOrdinal.isEmpty() ? 0 : geometry.firstSequence(byOrdinal.firstKey());
    }

    /** One past the newest row that was published a moment ago, or the floor without any. */
    long head() {
        for (Map.Entry<Long, MappedSegment> each : byOrdinal.descendingMap().entrySet()) {
            long end = end(each.getValue());
            if (end >= 0) {
                return end;
            }
        }
        return floor();
    }

    /** One past the last published row of a segment, or -1 without any. */
    private long end(MappedSegment segment) {
        long first = geometry.firstSequence(segment.ordinal());
        for (long sequence = first + geometry.rows() - 1; sequence >= first; sequence--) {
            long stamp = UnsafeApi.getLongVolatile(null, segment.rowAddress(geometry, sequence));
            if (Stamp.isPublished(stamp, sequence)) {
                return sequence + 1;
            }
        }
        return -1;
    }

    /** Whether any slot of the segment was used. */
    static boolean isUsed(MappedSegment segment, SegmentGeometry geometry) {
        long first = geometry.firstSequence(segment.ordinal());
        for (long sequence = first; sequence < first + geometry.rows(); sequence++) {
            long stamp = UnsafeApi.getLongVolatile(null, segment.rowAddress(geometry, sequence));
            if (!Stamp.isOlder(stamp, sequence)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        byOrdinal.values().forEach(segment -> segment.unmapping().run());
        byOrdinal.clear();
    }
}
