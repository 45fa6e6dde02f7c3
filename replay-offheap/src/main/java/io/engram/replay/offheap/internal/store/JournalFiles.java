package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.StorageException;
import io.engram.replay.offheap.StorageFullException;
import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.journal.PageReader;
import io.engram.replay.offheap.internal.journal.PageSource;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * The journal's pages in files. A file is written whole under a temporary name and renamed when it is ready, so a file
 * with a page's name is a page, whenever the process was killed. Names are never used twice.
 */
public final class JournalFiles implements PageSource {
    /** Pages lie in this directory. */
    public static final String DIRECTORY = "journal";
    /** What their names end in. */
    public static final String SUFFIX = ".page";
    /** Bytes of a page unless a test says otherwise. */
    public static final int PAGE_LENGTH = 256 << 10;

    private static final long ARRAY_BASE = UnsafeApi.arrayBaseOffset(byte[].class);

    private final FileLayer files;
    private final Path directory;
    private final Superblock superblock;
    private final long incarnation;
    private final int pageLength;
    private final AtomicLong created = new AtomicLong();
    /** At first, too: a process that was killed may not have made those durable that this one found. */
    private volatile boolean newNames = true;

    JournalFiles(FileLayer files, Path directory, Superblock superblock, long incarnation, int pageLength) {
        this.files = files;
        this.directory = directory;
        this.superblock = superblock;
        this.incarnation = incarnation;
        this.pageLength = pageLength;
    }

    /** A mapped page and what it is called. */
    record FilePage(FileLayer.Mapping mapping, Path file) implements JournalPage.Memory {
        @Override
        public long address() {
            return mapping.address();
        }

        @Override
        public int length() {
            return (int) mapping.length();
        }
    }

    @Override
    public JournalPage create(long number) {
        Path file = directory.resolve(
                String.format("%016x-%016x-%04x%s", number, incarnation, created.getAndIncrement(), SUFFIX));
        Path temporary = file.resolveSibling(file.getFileName() + Store.TEMPORARY_SUFFIX);
        FileLayer.@Nullable Mapping mapping = null;
        try {
            try (FileLayer.OpenFile open = files.create(temporary)) {
                allocate(open, new PageHeader(superblock.memoryId(), incarnation, number, pageLength));
                mapping = open.map(pageLength);
            }
            for (long at = SegmentGeometry.PAGE; at < pageLength; at += SegmentGeometry.PAGE) {
                // First stores fault; better here than under a writer. Nobody else knows the mapping yet.
                UnsafeApi.putLong(mapping.address() + at, 0);
            }
            files.rename(temporary, file);
            newNames = true;
            return new JournalPage(number, new FilePage(mapping, file));
        } catch (IOException e) {
            if (mapping != null) {
                mapping.unmap();
            }
            throw full(number, e, DirectoryTree.tryDelete(files, temporary));
        }
    }

    private void allocate(FileLayer.OpenFile open, PageHeader header) throws IOException {
        open.write(header.encode(), 0);
        open.write(ByteBuffer.allocate(Long.BYTES), pageLength - Long.BYTES);
        // What it is and how long must be durable before its name is.
        open.sync();
        // Writing reserves the blocks: a full disk shows here, and never as a fault in a mapping.
        open.write(ByteBuffer.allocateDirect(pageLength - PageDescriptor.HEADER_LENGTH), PageDescriptor.HEADER_LENGTH);
    }

    @Override
    public void seal(JournalPage page) {
        FilePage memory = (FilePage) page.memory();
        try {
            memory.mapping().force(0, memory.length());
            byte[] seal = sealOf(page).array();
            UnsafeApi.copyMemory(seal, ARRAY_BASE, null, memory.address() + PageDescriptor.SEAL_OFFSET, seal.length);
            memory.mapping().force(0, SegmentGeometry.PAGE);
            forceNames();
        } catch (IOException e) {
            throw failed(memory.file(), e);
        }
    }

    private ByteBuffer sealOf(JournalPage page) {
        CRC32C digest = new CRC32C();
        int[] records = new int[1];
        ByteBuffer crc = ByteBuffer.allocate(Integer.BYTES);
        new PageReader(superblock.memoryId()).read(page, page.limit(), (of, offset, entry) -> {
            records[0]++;
            digest.update(crc.clear().putInt(PageHeader.checksumOf(entry)).flip());
        });
        return PageHeader.encodeSeal(page.number(), records[0], (int) digest.getValue());
    }

    @Override
    public void force(JournalPage page) {
        if (page.limit() == 0) {
            return;
        }
        FilePage memory = (FilePage) page.memory();
        try {
            memory.mapping().force(0, memory.length());
            forceNames();
        } catch (IOException e) {
            throw failed(memory.file(), e);
        }
    }

    private void forceNames() throws IOException {
        if (newNames) {
            newNames = false;
            files.syncDirectory(directory);
        }
    }

    @Override
    public void unlink(JournalPage page) {
        Path file = ((FilePage) page.memory()).file();
        try {
            files.delete(file);
        } catch (IOException e) {
            throw new StorageException("a page of the journal could not be removed: file=" + file + ": " + e, e);
        }
    }

    @Override
    public void unmap(JournalPage page) {
        ((FilePage) page.memory()).mapping().unmap();
    }

    private static StorageException failed(Path file, IOException e) {
        return new StorageException("a page of the journal could not be made durable: file=" + file + ": " + e, e);
    }

    private StorageFullException full(long number, IOException cause, @Nullable IOException onDiscard) {
        StorageFullException full = new StorageFullException(
                "no room for the next page of the journal: directory=" + directory + ", page=" + number
                        + ", bytes needed=" + pageLength + ": " + cause
                        + "; nothing was appended, the memory can still be read; free some space and append again",
                cause);
        if (onDiscard != null) {
            full.addSuppressed(onDiscard);
        }
        return full;
    }
}
