package io.engram.replay.offheap.internal.ring;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.internal.PolicyVersions;
import io.engram.replay.offheap.StoreFailedException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The head, the window behind it, and the prepared room before it.
 *
 * <pre>
 *        floor            tail = max(floor, head - capacity)     head              limit
 *   -------+------------------+-----------------------------------+------------------+
 *    gone  |  behind: retired |  the window: capacity rows        |  prepared        |
 * </pre>
 *
 * <p><b>Invariants.</b> head and limit never fall, and head never passes limit: every claimed row has its segment in
 * the table when it is claimed. A sequence is given out once in the life of a memory.
 *
 * <p><b>Progress.</b> A claim within the prepared room is lock-free: a CAS on the head fails only because another
 * writer's succeeded. One that finds no room makes some itself, which is the counted exception to "no system call".
 */
public final class Ring {
    /** Segments kept ready before the one that the head is in. */
    public static final int SEGMENTS_AHEAD = 2;

    private static final int TABLE_SLACK = 16;

    private final SegmentGeometry geometry;
    private final long capacity;
    private final long floor;
    private final long sequenceMask;
    /** From a segment's first row to its first link. */
    private final long rowsToLinks;

    private final SegmentSource source;
    private final SegmentPool pool;
    private final SegmentTable table;
    private final PaddedCounter head;
    private final PaddedCounter limit;
    // Not an array queue: there a writer stopped while it adds would hold up the others and the consumer.
    private final Queue<Segment> retired = new ConcurrentLinkedQueue<>();
    private final PolicyVersions policyVersions = new PolicyVersions();
    private final AtomicLong selfPrepared = new AtomicLong();
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    /**
     * A ring whose segments are installed by the caller, from that of {@code floor} on.
     *
     * @param geometry of the segments
     * @param capacity rows in the window
     * @param source of memory
     * @param floor the oldest row there is
     * @param head the next row to be claimed
     */
    public Ring(SegmentGeometry geometry, long capacity, SegmentSource source, long floor, long head) {
        this.geometry = geometry;
        this.capacity = capacity;
        this.floor = floor;
        this.sequenceMask = geometry.rows() - 1L;
        this.rowsToLinks = (long) geometry.linksOffset() - SegmentGeometry.ROWS_OFFSET;
        this.source = source;
        this.pool = new SegmentPool(source);
        // The window, and a claim of as many rows again before it.
        this.table = new SegmentTable((int) (2 * (capacity >>> geometry.rowsShift())) + TABLE_SLACK);
        this.head = new PaddedCounter(head);
        this.limit = new PaddedCounter(geometry.firstSequence(geometry.ordinal(head)));
    }

    /**
     * Of the segments.
     *
     * @return the geometry
     */
    public SegmentGeometry geometry() {
        return geometry;
    }

    /**
     * Rows in the window.
     *
     * @return at least 1
     */
    public long capacity() {
        return capacity;
    }

    /**
     * Which segments are reachable.
     *
     * @return the table
     */
    public SegmentTable table() {
        return table;
    }

    /**
     * Where segments come from.
     *
     * @return the source
     */
    public SegmentSource source() {
        return source;
    }

    /**
     * Where the memory of new segments comes from.
     *
     * @return the pool
     */
    public SegmentPool pool() {
        return pool;
    }

    /**
     * Segments that left the window and the table, for one consumer.
     *
     * @return the queue
     */
    public Queue<Segment> retired() {
        return retired;
    }

    /**
     * The next row to be claimed.
     *
     * @return its sequence
     */
    public long head() {
        return head.getVolatile();
    }

    /**
     * The oldest row of the window behind a head.
     *
     * @param atHead what {@link #head()} returned
     * @return its sequence
     */
    public long tail(long atHead) {
        return Math.max(floor, atHead - capacity);
    }

    /**
     * The end of the prepared room.
     *
     * @return the first sequence without a segment
     */
    public long limit() {
        return limit.getVolatile();
    }

    /**
     * The newest version of the policy.
     *
     * @return of rows, and as declared
     */
    public PolicyVersions policyVersions() {
        return policyVersions;
    }

    /**
     * Segments that writers had to prepare themselves.
     *
     * @return a count
     */
    public long selfPrepared() {
        return selfPrepared.get();
    }

    /**
     * Where a row lies. For callers inside an epoch.
     *
     * @param sequence the row
     * @return a raw address, or 0 if its segment cannot be reached
     */
    public long rowAddress(long sequence) {
        Segment segment = table.get(sequence >>> geometry.rowsShift());
        return segment == null ? 0 : segment.rowsAddress() + (sequence & sequenceMask) * geometry.stride();
    }

    /**
     * Where many rows lie, as {@link #rowAddress}: written out, so that what does not change is loaded once.
     *
     * @param sequences the rows
     * @param addresses takes an address for each
     */
    public void rowAddresses(long[] sequences, long[] addresses) {
        SegmentTable segments = table;
        int rowsShift = geometry.rowsShift();
        long mask = sequenceMask;
        long stride = geometry.stride();
        for (int i = 0; i < sequences.length; i++) {
            Segment segment = segments.get(sequences[i] >>> rowsShift);
            addresses[i] = segment == null ? 0 : segment.rowsAddress() + (sequences[i] & mask) * stride;
        }
    }

    /**
     * Where the link from a row to the next of its episode lies. For callers inside an epoch.
     *
     * @param sequence the row
     * @return a raw address of an int, or 0 if the row's segment cannot be reached
     */
    public long linkAddress(long sequence) {
        Segment segment = table.get(sequence >>> geometry.rowsShift());
        return segment == null ? 0 : linkAddress(segment, sequence);
    }

    /** Where the link of a row of a segment lies. */
    long linkAddress(Segment segment, long sequence) {
        return segment.rowsAddress() + rowsToLinks + (sequence & sequenceMask) * Integer.BYTES;
    }

    /**
     * Where many links lie, as {@link #linkAddress}.
     *
     * @param sequences the rows
     * @param addresses takes an address for each
     */
    public void linkAddresses(long[] sequences, long[] addresses) {
        SegmentTable segments = table;
        int rowsShift = geometry.rowsShift();
        long mask = sequenceMask;
        long offset = rowsToLinks;
        for (int i = 0; i < sequences.length; i++) {
            Segment segment = segments.get(sequences[i] >>> rowsShift);
            addresses[i] = segment == null ? 0 : segment.rowsAddress() + offset + (sequences[i] & mask) * Integer.BYTES;
        }
    }

    /**
     * Claims consecutive rows. For writers inside an epoch.
     *
     * @param rows at least 1, at most the capacity
     * @return the sequence of the first
     * @throws MemoryClosedException if the memory is closed
     * @throws StoreFailedException if the storage failed earlier
     * @throws io.engram.replay.offheap.StorageFullException if there is no room and none can be made; then nothing is
     *     claimed
     */
    public long claim(int rows) {
        while (true) {
            requireWritable();
            long first = head.getVolatile();
            long end = first + rows;
            if (end > limit.getVolatile()) {
                makeRoom(end);
            } else if (head.compareAndSet(first, end)) {
                return first;
            }
        }
    }

    private void makeRoom(long end) {
        // Read once a round: a second look may see room that others made, and make a segment that nobody needs.
        for (long at = limit.getVolatile(); at < end; at = limit.getVolatile()) {
            long ordinal = geometry.ordinal(at);
            if (table.get(ordinal) == null) {
                selfPrepared.incrementAndGet();
            }
            prepare(ordinal);
        }
    }

    /**
     * Sees to it that a segment is in the table, and makes its room claimable if it is next.
     *
     * @param ordinal that of the limit, or one that it has passed meanwhile
     * @throws io.engram.replay.offheap.StorageFullException if there is no memory for it
     */
    public void prepare(long ordinal) {
        if (table.get(ordinal) == null) {
            SegmentPool.Use use = pool.use();
            try {
                Region region = pool.take(ordinal);
                if (!install(new Segment(ordinal, region, Segment.Life.LIVE))) {
                    // Somebody else was faster.
                    pool.put(region);
                }
            } finally {
                use.end();
            }
        }
        raiseLimit(ordinal);
    }

    /**
     * Puts a segment into the table and takes out what is in its way, which the window has left long ago.
     *
     * @param segment new
     * @return false if the ordinal has a segment, or had one that the window has left
     */
    public boolean install(Segment segment) {
        while (!table.install(segment)) {
            Segment occupant = table.occupant(segment.ordinal());
            if (occupant != null) {
                if (occupant.lastOrdinal() >= segment.ordinal()) {
                    return false;
                }
                if (!occupant.isMark()) {
                    retire(occupant);
                }
            }
        }
        return true;
    }

    /**
     * Makes the room of a segment claimable if it is next and in the table.
     *
     * @param ordinal the segment
     */
    public void raiseLimit(long ordinal) {
        if (table.get(ordinal) != null) {
            limit.compareAndSet(geometry.firstSequence(ordinal), geometry.firstSequence(ordinal + 1));
        }
    }

    /**
     * Takes a segment out of the table, once.
     *
     * @param segment behind the window
     */
    public void retire(Segment segment) {
        if (table.remove(segment)) {
            retired.add(segment);
        }
    }

    /** From here on every claim fails. */
    public void close() {
        closed = true;
    }

    /**
     * Whether {@link #close()} was called.
     *
     * @return true once it was
     */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Makes every later claim fail with the cause.
     *
     * @param cause why nothing can be written safely any more
     */
    public void fail(Throwable cause) {
        failure = cause;
    }

    /**
     * Whether {@link #fail} was called.
     *
     * @return true once it was
     */
    public boolean hasFailed() {
        return failure != null;
    }

    /**
     * Throws if the memory is closed.
     *
     * @throws MemoryClosedException if {@link #close()} was called
     */
    public void requireOpen() {
        if (closed) {
            throw new MemoryClosedException("the memory is closed");
        }
    }

    /**
     * Throws if nothing can be written any more.
     *
     * @throws MemoryClosedException if {@link #close()} was called
     * @throws StoreFailedException if {@link #fail} was called
     */
    public void requireWritable() {
        requireOpen();
        requireNotFailed();
    }

    /**
     * Throws if the storage failed earlier.
     *
     * @throws StoreFailedException if {@link #fail} was called
     */
    public void requireNotFailed() {
        Throwable cause = failure;
        if (cause != null) {
            throw new StoreFailedException(
                    "the storage failed earlier and the memory can only be read: " + cause.getMessage()
                            + "; close it, mend the cause and open it again",
                    cause);
        }
    }
}
