package io.engram.replay.offheap.internal.ring;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A run of consecutive rows in one region. What it is never changes; where it is in its life does:
 *
 * <pre>
 *   LIVE --> SEALING --> SEALED --> RETIRED
 *     +-------------------------------^
 * </pre>
 *
 * <p>A region that is recycled serves a new segment.
 */
public final class Segment {
    /** Where a segment is in its life. */
    public enum Life {
        /** Rows may still be written. */
        LIVE,
        /** Being closed and made durable. */
        SEALING,
        /** Closed and durable; rows never change any more. */
        SEALED,
        /** Behind the window and out of the table. */
        RETIRED
    }

    private static final Region NOWHERE = new Region() {
        @Override
        public long address() {
            return 0;
        }

        @Override
        public long length() {
            return 0;
        }
    };

    private final long ordinal;
    private final Region region;
    private final long rowsAddress;
    private final AtomicReference<Life> life;
    private volatile boolean abandonedRows = true;
    private volatile boolean lateLinks;
    private volatile boolean shared;
    private volatile boolean still;

    /**
     * A segment.
     *
     * @param ordinal its place in the sequence of segments
     * @param region its memory
     * @param life where its life begins
     */
    public Segment(long ordinal, Region region, Life life) {
        this.ordinal = ordinal;
        this.region = region;
        this.rowsAddress = region.address() + SegmentGeometry.ROWS_OFFSET;
        this.life = new AtomicReference<>(life);
    }

    /** What stays in the table where a segment was. It has a negative ordinal, which nobody looks up. */
    static Segment mark(long ordinal) {
        return new Segment(~ordinal, NOWHERE, Life.RETIRED);
    }

    boolean isMark() {
        return ordinal < 0;
    }

    /** The ordinal of the segment, or of the one whose mark this is. */
    long lastOrdinal() {
        return isMark() ? ~ordinal : ordinal;
    }

    /**
     * Its place in the sequence of segments.
     *
     * @return at least 0
     */
    public long ordinal() {
        return ordinal;
    }

    /**
     * Its memory.
     *
     * @return the region
     */
    public Region region() {
        return region;
    }

    /**
     * Where the first row lies.
     *
     * @return a raw address
     */
    public long rowsAddress() {
        return rowsAddress;
    }

    /**
     * Where it is in its life.
     *
     * @return at some moment during the call
     */
    public Life life() {
        return Objects.requireNonNull(life.get());
    }

    /**
     * Moves on in its life.
     *
     * @param from expected
     * @param to next
     * @return false if it was not where expected
     */
    public boolean advance(Life from, Life to) {
        return life.compareAndSet(from, to);
    }

    /** Says that others may have the segment's file, too: from here on no byte of it changes. */
    public void share() {
        shared = true;
    }

    /**
     * Whether nothing may be stored into the segment any more, links included.
     *
     * @return true once {@link #share} was called
     */
    public boolean isShared() {
        return shared;
    }

    /** Says that nobody is left who began to store something before {@link #share} was called. */
    public void setStill() {
        still = true;
    }

    /**
     * Whether no byte of the segment changes any more.
     *
     * @return true if its file can have another name
     */
    public boolean isStill() {
        return shared && still;
    }

    /** Says that a link was stored, maybe after the segment was made durable. */
    void noteLink() {
        if (!lateLinks && life() != Life.LIVE) {
            lateLinks = true;
        }
    }

    /**
     * Whether links were stored after the segment began to be sealed, since the last call.
     *
     * @return true if they are to be made durable; the caller has to
     */
    public boolean takeLateLinks() {
        boolean late = lateLinks;
        if (late) {
            lateLinks = false;
        }
        return late;
    }

    /**
     * Says that a closing found no abandoned row, so that no writer can store into the segment any more.
     */
    public void setWithoutAbandonedRows() {
        abandonedRows = false;
    }

    /**
     * Whether a writer may still store into the segment after it was closed, as far as is known.
     *
     * @return false only after a closing found no abandoned row
     */
    public boolean mayHaveAbandonedRows() {
        return abandonedRows;
    }
}
