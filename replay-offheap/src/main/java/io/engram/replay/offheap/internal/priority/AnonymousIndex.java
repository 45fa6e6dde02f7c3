package io.engram.replay.offheap.internal.priority;

import io.engram.replay.PriorityIndex;
import io.engram.replay.internal.priority.Leaves;
import io.engram.replay.offheap.StorageFullException;
import org.agrona.UnsafeApi;

/** Indexes in anonymous memory, gone with the process. */
public final class AnonymousIndex {
    private static final int PAGE = 4096;
    private static final int PIECE = 256 << 10;

    private AnonymousIndex() {}

    /**
     * Memory for an index.
     *
     * @param settings of the index
     * @param capacity of the memory
     * @return zeros
     * @throws StorageFullException if there is not enough
     */
    public static IndexMemory create(PriorityIndex settings, long capacity) {
        boolean ranked = settings.kind() == PriorityIndex.Kind.RANK;
        int leaves = Leaves.count(capacity);
        long length = IndexMemory.length(leaves, ranked);
        long block;
        try {
            block = UnsafeApi.allocateMemory(length + PAGE);
        } catch (OutOfMemoryError e) {
            throw new StorageFullException(
                    "no memory for priority index '" + settings.name() + "': bytes needed=" + length, e);
        }
        long address = (block + PAGE - 1) & -PAGE;
        // In pieces, because no thread reaches a safepoint inside one.
        for (long at = 0; at < length; at += PIECE) {
            UnsafeApi.setMemory(address + at, Math.min(PIECE, length - at), (byte) 0);
        }
        return new IndexMemory(address, leaves, ranked, () -> UnsafeApi.freeMemory(block), () -> {});
    }

    /**
     * A copy of an index.
     *
     * @param settings of the index
     * @param capacity of the memory
     * @param source where the index lies
     * @return all of it
     * @throws StorageFullException if there is not enough memory
     */
    public static IndexMemory copyOf(PriorityIndex settings, long capacity, long source) {
        IndexMemory copy = create(settings, capacity);
        long length = IndexMemory.length(copy.leaves(), copy.ranked());
        for (long at = 0; at < length; at += PIECE) {
            UnsafeApi.copyMemory(null, source + at, null, copy.address() + at, Math.min(PIECE, length - at));
        }
        return copy;
    }
}
