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
record Home(FileLayer files, Path directory, Store store) {}
