package io.engram.replay.offheap.internal.store;

import io.engram.replay.offheap.internal.journal.JournalPage;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import io.engram.replay.offheap.internal.journal.PageReader;
import io.engram.replay.offheap.internal.journal.RecordDescriptor;
import io.engram.replay.offheap.internal.journal.RecordWord;
import io.engram.replay.offheap.internal.store.FileLayer.OpenFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * Puts pages of the journal into a snapshot: one more name for a sealed one, for any other a copy in which every place
 * is final. For one thread at a time.
 */
public final class PageExport {
    private final FileLayer files;
    private final Path target;
    private final PageReader reader;
    private final HardLinks links;

    /**
     * An export.
     *
     * @param files how files are reached
     * @param target the directory that pages are put into
     * @param memoryId of the memory
     * @param links to share files by
     */
    public PageExport(FileLayer files, Path target, UUID memoryId, HardLinks links) {
        this.files = files;
        this.target = target;
        this.reader = new PageReader(memoryId);
        this.links = links;
    }

    /**
     * Exports a page that nobody gives up meanwhile.
     *
     * @param page in a file
     * @param end where its records end that are wanted
     * @param whole whether it was sealed when that was decided; one sealed since may hold records behind the end
     * @return what the manifest says of it, the checksum of a copy apart; null if there is no such record
     * @throws IOException if it cannot be copied
     */
    public Manifest.@Nullable Entry export(JournalPage page, int end, boolean whole) throws IOException {
        JournalFiles.FilePage memory = (JournalFiles.FilePage) page.memory();
        String name = String.valueOf(memory.file().getFileName());
        String path = JournalFiles.DIRECTORY + "/" + name;
        if (whole && links.add(memory.file(), target.resolve(name))) {
            return new Manifest.Entry(path, false, page.limit(), 0, 0);
        }
        ByteBuffer image = whole ? whole(page) : records(page, end);
        if (image == null) {
            return null;
        }
        try (OpenFile open = files.create(target.resolve(name))) {
            open.write(image, 0);
        }
        return new Manifest.Entry(path, true, page.limit(), page.limit(), 0);
    }

    private static ByteBuffer whole(JournalPage page) {
        ByteBuffer image = ByteBuffer.allocate(page.limit());
        UnsafeApi.copyMemory(
                null, page.address(), image.array(), UnsafeApi.arrayBaseOffset(byte[].class), page.limit());
        return image;
    }

    private @Nullable ByteBuffer records(JournalPage page, int end) {
        ByteBuffer image = ByteBuffer.allocate(page.limit()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < PageDescriptor.SEAL_OFFSET; at += Long.BYTES) {
            image.putLong(at, UnsafeApi.getLong(page.address() + at));
        }
        int[] next = {PageDescriptor.HEADER_LENGTH};
        reader.read(page, end, (of, offset, entry) -> {
            close(image, next[0], offset);
            image.put(offset, entry, entry.position(), entry.remaining());
            next[0] = offset + RecordDescriptor.align(entry.limit());
        });
        boolean empty = next[0] == PageDescriptor.HEADER_LENGTH;
        close(image, next[0], page.limit());
        return empty ? null : image;
    }

    private static void close(ByteBuffer image, int from, int to) {
        if (from < to) {
            image.putInt(from, RecordWord.CLOSED + to - from);
        }
    }
}
