package io.engram.replay.offheap.internal.journal;

import java.util.Objects;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Records in a list of pages, of which the last that has records takes new ones.
 *
 * <p><b>Assumptions.</b> Callers are inside an epoch: a page that left the list stays mapped for them.
 *
 * <p><b>Guarantees.</b> A record whose append returned is in the page's memory, whole; what a page is shut for is
 * appended again behind it. Records of one thread are in its order.
 *
 * <p><b>Progress.</b> Lock-free: a claim's CAS fails only because another one succeeded, a mark or a publish only
 * because the page was shut. A thread that stops in the middle costs its own record. One that finds no page makes one.
 */
public final class EpisodeJournal {
    private final PageSource source;
    private final UUID memoryId;
    private final AtomicReference<JournalPage> current;
    private final Queue<OwedEnd> owed = new ConcurrentLinkedQueue<>();
    private volatile JournalPage first;
    private volatile boolean closed;

    /**
     * A journal.
     *
     * @param source of pages
     * @param memoryId of the memory
     * @param before what stands before the first page, which is behind it if there is any
     */
    public EpisodeJournal(PageSource source, UUID memoryId, JournalPage before) {
        this.source = source;
        this.memoryId = memoryId;
        this.first = before;
        JournalPage last = before;
        for (JournalPage page = last.next(); page != null && last.end() >= last.limit(); page = page.next()) {
            last = page;
        }
        this.current = new AtomicReference<>(last);
    }

    /** From here on no end is recorded by a writer. */
    public void close() {
        closed = true;
    }

    /**
     * Whether {@link #close} was called.
     *
     * @return true once it was
     */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Ends that found no room, oldest first.
     *
     * @return the queue itself
     */
    public Queue<OwedEnd> owed() {
        return owed;
    }

    /**
     * Where pages come from.
     *
     * @return as given
     */
    public PageSource source() {
        return source;
    }

    /**
     * A new image for records of this journal.
     *
     * @return for one thread
     */
    public RecordImage newImage() {
        return new RecordImage(memoryId);
    }

    /**
     * A new reader of this journal's pages.
     *
     * @return for one thread
     */
    public PageReader newReader() {
        return new PageReader(memoryId);
    }

    /**
     * Appends a record, and keeps room for records that must not fail: there is a whole page behind.
     *
     * @param image of the record
     * @throws io.engram.replay.offheap.StorageFullException if there is no room and none can be made; then nothing is
     *     appended
     */
    public void append(RecordImage image) {
        prepare();
        appendAnyway(image);
    }

    /**
     * Appends a record where there is any room at all.
     *
     * @param image of the record
     * @throws io.engram.replay.offheap.StorageFullException if there is none and none can be made; then nothing is
     *     appended
     */
    public void appendAnyway(RecordImage image) {
        int length = RecordDescriptor.align(image.length());
        while (true) {
            JournalPage page = current();
            int offset = page.claim(length);
            if (offset == JournalPage.FULL) {
                if (page.next() == null) {
                    makeNext(page);
                }
                current.compareAndSet(page, page.requireNext());
            } else if (tryAppend(page, offset, image)) {
                return;
            }
        }
    }

    private static boolean tryAppend(JournalPage page, int offset, RecordImage image) {
        long address = page.address() + offset;
        if (!RecordWord.mark(address, image.length())) {
            return false;
        }
        image.store(page.number(), offset, address);
        return RecordWord.publish(address, image.length());
    }

    /**
     * Sees to it that there is a page behind the one that takes records.
     *
     * @return whether one was made
     * @throws io.engram.replay.offheap.StorageFullException if none can be made
     */
    public boolean prepare() {
        JournalPage page = current();
        boolean missing = page.next() == null;
        if (missing) {
            makeNext(page);
        }
        return missing;
    }

    private void makeNext(JournalPage page) {
        JournalPage made = source.create(page.number() + 1);
        if (!page.setNext(made)) {
            // Somebody else was faster. Nobody knows this one.
            source.unlink(made);
            source.unmap(made);
        }
    }

    /**
     * The page that takes records.
     *
     * @return at some moment during the call
     */
    public JournalPage current() {
        return Objects.requireNonNull(current.get());
    }

    /**
     * Where the pages begin.
     *
     * @return the first page, or what stands before page 0
     */
    public JournalPage first() {
        return first;
    }

    /**
     * Drops the pages before one. By one thread at a time.
     *
     * @param page not behind the one that takes records
     */
    public void dropBefore(JournalPage page) {
        first = page;
    }

    /**
     * Makes everything durable that was recorded. For callers whom no page is taken from meanwhile, and who keep others
     * from forcing at the same time.
     *
     * @throws io.engram.replay.offheap.StorageException if that is not certain
     */
    public void force() {
        for (@Nullable JournalPage page = first; page != null; page = page.next()) {
            if (page.life() != JournalPage.Life.SEALED) {
                source.force(page);
            }
        }
    }

    /**
     * Reads every record that there is now.
     *
     * @param visitor is given each
     */
    public void forEach(PageReader.Visitor visitor) {
        PageReader reader = newReader();
        for (@Nullable JournalPage page = first; page != null; page = page.next()) {
            reader.read(page, page.end(), visitor);
        }
    }
}
