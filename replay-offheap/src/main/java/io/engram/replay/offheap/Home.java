package io.engram.replay.offheap;

import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.Store;
import java.nio.file.Path;

/**
 * Where a memory has its files. Immutable.
 *
 * @param files how they are reached
 * @param directory of the memory, or of the snapshot if it is one
 * @param store what was found there
 */
record Home(FileLayer files, Path directory, Store store) {
    /** The memory that is there, ready for use. What was opened is closed again if it cannot be. */
    OffHeapReplayMemory open(Opening opening) {
        OffHeapReplayMemory memory;
        try {
            memory = new OffHeapReplayMemory(
                    opening, store.superblock().geometry(), store.journal().files(), this);
        } catch (Throwable t) {
            // Such as no memory for sums: the directory is free for another try.
            store.close();
            throw t;
        }
        try {
            memory.begin(opening.automaticUpkeep());
            return memory;
        } catch (Throwable t) {
            try {
                memory.close();
            } catch (RuntimeException e) {
                t.addSuppressed(e);
            }
            throw t;
        }
    }
}
