package io.engram.replay.offheap;

/** Where a memory keeps its rows. */
public enum Storage {
    /** In memory-mapped files that outlive the process. */
    PERSISTENT,
    /** In anonymous memory that is gone with the process; the same code, for sweeps that need no persistence. */
    VOLATILE
}
