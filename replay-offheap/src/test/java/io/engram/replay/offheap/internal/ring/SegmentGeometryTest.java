package io.engram.replay.offheap.internal.ring;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SegmentGeometryTest {
    @Test
    void moreSegmentsThanMappingsAreRefused() {
        SegmentGeometry oneRow = SegmentGeometry.ofRows(8, 1);
        assertThatCode(() -> oneRow.requireFewSegments(1 << 16)).doesNotThrowAnyException();
        assertThatThrownBy(() -> oneRow.requireFewSegments(1L << 40))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("segmentRows=1");
    }

    @Test
    void chosenGeometryHasFewSegments() {
        for (long capacity = 1; capacity > 0 && capacity <= 1L << 33; capacity <<= 1) {
            SegmentGeometry.choose(56, capacity).requireFewSegments(capacity);
            SegmentGeometry.choose(56, capacity - 1 | 1).requireFewSegments(capacity);
        }
    }
}
