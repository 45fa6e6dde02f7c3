package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.PageSource;

/** The pages of a snapshot's journal. What opening finds out goes into pages of this process alone. */
final class ReadOnlyPages implements PageSource {
    private final AnonymousPages added = new AnonymousPages(JournalFiles.PAGE_LENGTH);

    @Override
    public JournalPage create(long number) {
        return added.create(number);
    }

    @Override
    public void seal(JournalPage page) {
        // Nothing is to be made durable.
    }

    @Override
    public void force(JournalPage page) {
        // Nothing is to be made durable.
    }

    @Override
    public void unlink(JournalPage page) {
        // Nothing has a name that is not the snapshot's.
    }

    @Override
    public void unmap(JournalPage page) {
        if (page.memory() instanceof JournalFiles.FilePage kept) {
            kept.mapping().unmap();
        } else {
            added.unmap(page);
        }
    }
}
