package io.engram.replay.offheap.internal.journal;

/** Where the journal gets its pages, and what is to be done with them. Safe for use by any thread. */
public interface PageSource {
    /**
     * Makes a page: allocated for good, mapped, touched, without records.
     *
     * @param number its place
     * @return the page
     * @throws io.engram.replay.offheap.StorageFullException if there is no room; nothing is left behind
     */
    JournalPage create(long number);

    /**
     * Makes a shut page durable and says so in it.
     *
     * @param page shut
     * @throws io.engram.replay.offheap.StorageException if that is not certain
     */
    void seal(JournalPage page);

    /**
     * Makes what a page holds durable, and its name.
     *
     * @param page any
     * @throws io.engram.replay.offheap.StorageException if that is not certain
     */
    void force(JournalPage page);

    /**
     * Frees the storage of a page, but not yet its memory.
     *
     * @param page that nobody needs
     * @throws io.engram.replay.offheap.StorageException if that fails
     */
    void unlink(JournalPage page);

    /**
     * Frees the memory of a page that nobody can use any more.
     *
     * @param page after {@link #unlink}, or at the end
     */
    void unmap(JournalPage page);
}
