package io.engram.replay.offheap.internal.erasure;

import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.store.FileLayer;
import io.engram.replay.offheap.internal.store.FileLayer.OpenFile;
import io.engram.replay.offheap.internal.store.PageHeader;
import io.engram.replay.offheap.internal.store.Superblock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** A page of a journal in a file, mapped for reading; it may be in use. For one thread, to be closed. */
final class StoredPage implements JournalPage.Memory, AutoCloseable {
    private final FileLayer.Mapping mapping;
    private final ByteBuffer start;
    private final JournalPage page;

    private StoredPage(FileLayer.Mapping mapping, ByteBuffer start, long number) {
        this.mapping = mapping;
        this.start = start;
        this.page = new JournalPage(number, this);
    }

    static StoredPage open(FileLayer files, Path file, Superblock superblock) throws IOException {
        try (OpenFile open = files.openForReading(file)) {
            ByteBuffer start = start(open);
            PageHeader header = PageHeader.decode(file, start, superblock);
            return new StoredPage(open.mapForReading(header.length()), start, header.number());
        }
    }

    static ByteBuffer start(OpenFile open) throws IOException {
        ByteBuffer start = ByteBuffer.allocate((int) Math.min(open.length(), PageDescriptor.HEADER_LENGTH))
                .order(ByteOrder.LITTLE_ENDIAN);
        open.read(start, 0);
        return start.clear();
    }

    JournalPage page() {
        return page;
    }

    boolean isSealed() {
        return PageHeader.isSealed(start, page.number());
    }

    /** Whether the page was sealed, and an erasure that was interrupted took its seal away for a while. */
    boolean wasUnsealed() {
        return !isSealed() && start.getLong(PageDescriptor.SEAL_MAGIC_OFFSET) == PageDescriptor.SEAL_MAGIC;
    }

    @Override
    public long address() {
        return mapping.address();
    }

    @Override
    public int length() {
        return (int) mapping.length();
    }

    @Override
    public void close() {
        mapping.unmap();
    }
}
