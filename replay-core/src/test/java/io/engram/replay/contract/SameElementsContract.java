package io.engram.replay.contract;

import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.onheap.HeapReplayMemory;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The memory under test gives the same batches as the one on the heap, bit for bit, in every way to sample. */
public abstract class SameElementsContract extends MemoryContract {
    static Stream<Arguments> layoutsAndCapacities() {
        return Stream.of(RowLayout.values())
                .flatMap(layout -> Stream.of(1L, 6L, 25L, 100L).map(size -> Arguments.of(layout, size)));
    }

    @ParameterizedTest
    @MethodSource("layoutsAndCapacities")
    void batchesAreThoseOfTheMemoryOnTheHeap(RowLayout layout, long capacity) {
        Schema schema = Schemas.learning(layout);
        for (long seed = 1; seed <= 2; seed++) {
            ReplayMemory memory = memory(schema, capacity, SameElements.indexes());
            try (ReplayMemory twin = new HeapReplayMemory(schema, capacity, SameElements.indexes())) {
                SameElements.assertSameThroughAHistory(twin, memory, seed, (int) Math.min(240, 12 + 6 * capacity));
            }
        }
    }
}
