package io.engram.replay.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LeavesTest {
    @Test
    void rowsAndABlockMoreFitWhateverTheBlockBoundary() {
        for (long capacity = 1; capacity < 5000; capacity++) {
            check(capacity);
        }
        for (long capacity = Leaves.MAX_CAPACITY - 200; capacity <= Leaves.MAX_CAPACITY; capacity++) {
            check(capacity);
        }
    }

    private static void check(long capacity) {
        int count = Leaves.count(capacity);
        assertThat(count % Leaves.BLOCK).as("capacity=%d", capacity).isZero();
        // The last row of the block before, a whole round ago, is behind the window when the block's first comes.
        assertThat((long) count).as("capacity=%d", capacity).isGreaterThanOrEqualTo(capacity + Leaves.BLOCK - 1);
        assertThat((long) count).isLessThanOrEqualTo(Math.max(1024, capacity + 2L * Leaves.BLOCK));
    }

    @Test
    void capacityBeyondTheLargestIsRefused() {
        for (long capacity : new long[] {Leaves.MAX_CAPACITY + 1, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> Leaves.count(capacity))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("capacity=" + capacity, "at most " + Leaves.MAX_CAPACITY);
        }
    }
}
