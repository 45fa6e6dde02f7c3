package io.engram.replay.offheap.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.offheap.StorageFullException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RingTest {
    private static final int ROWS = 4;
    private static final long CAPACITY = 8;

    private final SegmentGeometry geometry = SegmentGeometry.ofRows(8, ROWS);
    private final CountingSegments source = new CountingSegments(geometry);
    private final Ring ring = new Ring(geometry, CAPACITY, source, 0, 0);

    @AfterEach
    void free() {
        source.free();
    }

    private void append(int rows) {
        for (int i = 0; i < rows; i++) {
            long sequence = ring.claim(1);
            long address = ring.rowAddress(sequence);
            assertThat(Slot.mark(address, sequence)).isTrue();
            assertThat(Slot.publish(address, sequence, 0)).isTrue();
        }
    }

    private void retireBehind() {
        for (long ordinal = 0; geometry.firstSequence(ordinal + 1) <= ring.tail(ring.head()); ordinal++) {
            Segment segment = ring.table().get(ordinal);
            if (segment != null) {
                ring.retire(segment);
            }
        }
    }

    @Test
    void claimsFollowEachOtherAndHaveSegments() {
        assertThat(ring.claim(3)).isZero();
        assertThat(ring.claim(8)).isEqualTo(3);
        assertThat(ring.head()).isEqualTo(11);
        assertThat(ring.limit()).isEqualTo(12);
        for (long sequence = 0; sequence < 11; sequence++) {
            assertThat(ring.rowAddress(sequence)).isNotZero();
        }
    }

    @Test
    void segmentMadeByTwoIsInstalledOnceAndTheOtherIsKeptForLater() {
        source.beforeCreated = () -> append(1);
        append(1);
        assertThat(ring.head()).isEqualTo(2);
        assertThat(ring.pool().size()).isEqualTo(1);
        assertThat(source.mapped()).hasSize(2);
        append(ROWS);
        assertThat(ring.pool().size()).isZero();
        assertThat(source.mapped()).hasSize(2);
    }

    @Test
    void segmentMadeTooLateIsNotInstalled() {
        source.beforeCreated = () -> {
            append(100);
            retireBehind();
        };
        append(1);
        assertThat(ring.head()).isEqualTo(101);
        assertThat(ring.table().get(0)).isNull();
    }

    @Test
    void segmentMadeTooLateIsNotInstalledWhenItsEntryServedALaterOne() {
        source.beforeCreated = () -> {
            // More than the table holds, so that its entry was taken and left more than once.
            append(4 * 64 * ROWS);
            retireBehind();
        };
        append(1);
        assertThat(ring.table().get(0)).isNull();
        assertThat(ring.rowAddress(0)).isZero();
    }

    @Test
    void fullStorageClaimsNothing() {
        append(ROWS);
        source.full = true;
        assertThatThrownBy(() -> ring.claim(1)).isInstanceOf(StorageFullException.class);
        assertThat(ring.head()).isEqualTo(ROWS);
        source.full = false;
        assertThat(ring.claim(1)).isEqualTo(ROWS);
    }

    @Test
    void closedRingGivesNothingOut() {
        append(1);
        ring.close();
        assertThatThrownBy(() -> ring.claim(1)).isInstanceOf(MemoryClosedException.class);
        assertThat(ring.head()).isEqualTo(1);
    }

    @Test
    void segmentIsRetiredOnce() {
        append(1);
        Segment segment = ring.table().get(0);
        ring.retire(segment);
        ring.retire(segment);
        assertThat(ring.retired()).containsExactly(segment);
    }
}
