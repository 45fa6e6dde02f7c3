package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.internal.priority.IndexCopy;
import io.engram.replay.offheap.internal.priority.Leaf;
import io.engram.replay.offheap.internal.priority.RingIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Leaves are copied while rows leave the window. */
class IndexCopyTest {
    private static final int LEAVES_OFFSET = 4096;

    @Test
    void rowsEvictedBeforeTheirLeavesAreCopiedAreNotInTheCopy() throws IOException {
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(Story.schema(RowLayout.SELF_CONTAINED), 900)
                        .storage(Storage.VOLATILE)
                        .priorities(PriorityIndex.proportional("default").build())
                        .withoutAutomaticUpkeep()
                        .open();
                StreamWriter writer = memory.writer("a")) {
            Story.tell(writer, 0, 0, 1300);
            RingIndex index = memory.indexes().all().get(0);
            long head = memory.ring().head();
            long tail = memory.ring().tail(head);
            ByteBuffer file = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
            boolean[] evicted = new boolean[1];
            IndexCopy copy = new IndexCopy(index, tail, head, (bytes, position) -> {
                if (!evicted[0]) {
                    evicted[0] = true;
                    // The window moves on before the first leaf is read.
                    Story.tell(writer, 0, 1300, 1400);
                    index.evictTo(memory.ring().tail(memory.ring().head()));
                }
                file.put((int) position, bytes, bytes.position(), bytes.remaining());
            });
            long oldest = copy.copy();
            assertThat(oldest)
                    .isEqualTo(memory.ring().tail(memory.ring().head()))
                    .isGreaterThan(tail + 50);
            requireLeaves(file, index, tail, oldest, head);
            copy.forget(
                    tail,
                    oldest + 7,
                    (bytes, position) -> file.put((int) position, bytes, bytes.position(), bytes.remaining()));
            requireLeaves(file, index, tail, oldest + 7, head);
        }
    }

    private static void requireLeaves(ByteBuffer file, RingIndex index, long from, long tail, long head) {
        int leaves = index.tree().count();
        for (long sequence = from; sequence < head; sequence++) {
            long word = file.getLong(LEAVES_OFFSET + (int) (sequence % leaves) * Long.BYTES);
            assertThat(Leaf.isLive(word, Leaf.generation(sequence, leaves)))
                    .as("sequence=%d, tail=%d", sequence, tail)
                    .isEqualTo(sequence >= tail);
        }
    }
}
