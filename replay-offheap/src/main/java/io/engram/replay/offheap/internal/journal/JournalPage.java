package io.engram.replay.offheap.internal.journal;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A page of the journal: mapped memory, how much of it is claimed, and the page behind it. Safe for use by any thread.
 *
 * <pre>
 *   OPEN --shut--> SHUT --durable--> SEALED
 * </pre>
 */
public final class JournalPage {
    /** What {@link #claim} returns where there is no room. */
    public static final int FULL = -1;

    /** Where a page is in its life. */
    public enum Life {
        /** Records may still be appended. */
        OPEN,
        /** Full; every place is final. */
        SHUT,
        /** Full and durable. */
        SEALED
    }

    /** Where a page lies. */
    public interface Memory {
        /**
         * Where it begins.
         *
         * @return a raw address
         */
        long address();

        /**
         * How long it is.
         *
         * @return bytes, a multiple of 8
         */
        int length();
    }

    private static final Memory NOWHERE = new Memory() {
        @Override
        public long address() {
            return 0;
        }

        @Override
        public int length() {
            return 0;
        }
    };

    private final long number;
    private final Memory memory;
    private final long address;
    private final int limit;
    private final AtomicInteger end;
    private final AtomicReference<@Nullable JournalPage> next = new AtomicReference<>();
    private volatile Life life = Life.OPEN;

    /**
     * A page without records.
     *
     * @param number its place
     * @param memory where it lies, zeros behind the header
     */
    public JournalPage(long number, Memory memory) {
        this(number, memory, PageDescriptor.HEADER_LENGTH);
    }

    /** Claimed up to {@code end}. */
    private JournalPage(long number, Memory memory, int end) {
        this.number = number;
        this.memory = memory;
        this.address = memory.address();
        this.limit = memory.length();
        this.end = new AtomicInteger(end);
    }

    /**
     * What stands before the first page that there is: it has no room.
     *
     * @param first the number of the page to come
     * @return a page of no length
     */
    public static JournalPage before(long first) {
        JournalPage none = new JournalPage(first - 1, NOWHERE, 0);
        none.life = Life.SEALED;
        return none;
    }

    /**
     * Its place in the journal.
     *
     * @return at least 0, or -1 for what stands before page 0
     */
    public long number() {
        return number;
    }

    /**
     * Where it lies.
     *
     * @return as given
     */
    public Memory memory() {
        return memory;
    }

    /**
     * Where it begins.
     *
     * @return a raw address
     */
    public long address() {
        return address;
    }

    /**
     * Where it ends.
     *
     * @return bytes from its start
     */
    public int limit() {
        return limit;
    }

    /**
     * The end of what is claimed.
     *
     * @return bytes from the page's start
     */
    public int end() {
        return end.get();
    }

    /**
     * Claims a place.
     *
     * @param length a multiple of 8
     * @return bytes from the page's start, or {@link #FULL}
     */
    int claim(int length) {
        while (true) {
            int from = end.get();
            if (from + length > limit) {
                return FULL;
            }
            if (end.compareAndSet(from, from + length)) {
                return from;
            }
        }
    }

    /**
     * Takes no claims any more and makes every place final.
     */
    public void shut() {
        int claimed = end.getAndSet(limit);
        if (claimed < limit) {
            RecordWord.mark(address + claimed, limit - claimed);
            RecordWord.close(address + claimed);
        }
        for (int at = PageDescriptor.HEADER_LENGTH; at < limit; ) {
            at += RecordDescriptor.align(RecordWord.length(RecordWord.close(address + at)));
        }
        life = Life.SHUT;
    }

    /**
     * For a page that was found: it takes no claims, and every place is final already.
     *
     * @param sealed whether it is durable, too
     */
    public void setShut(boolean sealed) {
        end.set(limit);
        life = sealed ? Life.SEALED : Life.SHUT;
    }

    /** Says that a shut page is durable. */
    public void setSealed() {
        life = Life.SEALED;
    }

    /**
     * Where it is in its life.
     *
     * @return at some moment during the call
     */
    public Life life() {
        return life;
    }

    /**
     * The page behind.
     *
     * @return null if it was not made yet
     */
    public @Nullable JournalPage next() {
        return next.get();
    }

    /**
     * Puts a page behind this one.
     *
     * @param page of the next number
     * @return false if there is one
     */
    public boolean setNext(JournalPage page) {
        assert page.number == number + 1 : page.number;
        return next.compareAndSet(null, page);
    }

    /** The page behind, which must be there. */
    JournalPage requireNext() {
        return Objects.requireNonNull(next.get());
    }
}
