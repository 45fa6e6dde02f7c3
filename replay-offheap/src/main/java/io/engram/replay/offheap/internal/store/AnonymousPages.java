package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.PageSource;
import org.agrona.UnsafeApi;

/** Pages of a journal in anonymous memory, gone when the process ends. */
public final class AnonymousPages implements PageSource {
    private final int pageLength;

    private record Block(long address, int length) implements JournalPage.Memory {}

    /**
     * A source.
     *
     * @param pageLength of each page
     */
    public AnonymousPages(int pageLength) {
        this.pageLength = pageLength;
    }

    @Override
    public JournalPage create(long number) {
        long address = UnsafeApi.allocateMemory(pageLength);
        UnsafeApi.setMemory(address, pageLength, (byte) 0);
        return new JournalPage(number, new Block(address, pageLength));
    }

    @Override
    public void seal(JournalPage page) {
        // Nothing outlives the process.
    }

    @Override
    public void force(JournalPage page) {
        // Nothing outlives the process.
    }

    @Override
    public void unlink(JournalPage page) {
        // Nothing but the memory is to be freed.
    }

    @Override
    public void unmap(JournalPage page) {
        UnsafeApi.freeMemory(page.address());
    }
}
