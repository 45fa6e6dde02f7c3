package io.engram.replay.offheap.internal.sample;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.TooFewTransitionsException;
import io.engram.replay.internal.Patience;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.util.Arrays;
import org.agrona.UnsafeApi;

/**
 * Uniform sampling with replacement, in rounds: draw a row for every lane that is still empty; touch their stamps, so
 * that the cache misses overlap; a lane whose row ends no transition or is not published stays empty. When none is
 * empty, copy all lanes and take the stamps again: a lane whose row changed meanwhile is empty again. When some lanes
 * are empty after {@value #MAX_ROUNDS} rounds, the rows that can be drawn are listed and drawn from.
 *
 * <p>Lock-free: rounds are bounded, and they begin anew only if writers have moved the window.
 */
public final class UniformSampler implements Sampler {
    private static final int MAX_ROUNDS = 32;
    private static final int MAX_LISTINGS = 32;

    private final SamplerSpec spec;
    private final Schema schema;
    private final PayloadLayout layout;
    private final boolean arrival;
    private final Ring ring;
    private final EpochRecord epoch;
    private final long incarnation;
    private final SampleCounters counters;
    private final Runnable onClose;
    private final SplitMix64 random;
    private final Patience patience;

    private final int[] lanes;
    private final DrawnRows ends;
    private final DrawnRows starts;
    private volatile boolean closed;

    /**
     * A sampler.
     *
     * @param spec with its columns spelled out
     * @param source what to draw from
     * @param epoch this sampler's record
     * @param counters this sampler's
     * @param onClose frees the sampler's name and its record
     */
    public UniformSampler(
            SamplerSpec spec, Source source, EpochRecord epoch, SampleCounters counters, Runnable onClose) {
        this.spec = spec;
        this.schema = source.schema();
        this.layout = new PayloadLayout(schema);
        this.arrival = schema.rowLayout() == RowLayout.ARRIVAL;
        this.ring = source.ring();
        this.epoch = epoch;
        this.incarnation = source.incarnation();
        this.counters = counters;
        this.onClose = onClose;
        this.random = new SplitMix64(spec.seed());
        this.patience = new Patience(spec.patience());
        int size = spec.batchSize();
        this.lanes = new int[size];
        this.ends = new DrawnRows(ring, size);
        this.starts = arrival ? new DrawnRows(ring, size) : ends;
    }

    @Override
    public SamplerSpec spec() {
        return spec;
    }

    @Override
    public Batch newBatch() {
        Columns columns = Columns.allocate(schema, spec.columns(), spec.batchSize());
        return new OffHeapBatch(this, schema, layout, columns, incarnation);
    }

    @Override
    public Batch sample(Batch batch) {
        if (!trySample(batch) && (spec.patience().isZero() || !patience.await(() -> trySample(batch)))) {
            throw new TooFewTransitionsException("sampler '" + spec.name() + "' has too little to draw from: size="
                    + size() + ", minSize=" + spec.minSize() + ", patience=" + spec.patience()
                    + "; append more first, or lower minSize");
        }
        return batch;
    }

    @Override
    public boolean trySample(Batch batch) {
        if (!(batch instanceof OffHeapBatch own) || own.owner() != this) {
            throw new IllegalArgumentException(
                    "the batch is not of sampler '" + spec.name() + "'; make it with this sampler's newBatch()");
        }
        requireOpen();
        epoch.enter();
        try {
            // Once more, because only now nothing is unmapped any more.
            requireOpen();
            return fill(own);
        } finally {
            epoch.exit();
        }
    }

    @Override
    public long randomState() {
        return random.state();
    }

    @Override
    public void restoreRandomState(long state) {
        random.restore(state);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            onClose.run();
        }
    }

    private boolean fill(OffHeapBatch batch) {
        long savedState = random.state();
        long tail;
        do {
            long head = ring.head();
            tail = ring.tail(head);
            if (head - tail >= spec.minSize() && fill(batch, tail, head)) {
                starts.copySequences(batch.sequences());
                counters.countBatch(spec.batchSize());
                return true;
            }
            // A thread that did not run for a while finds every row replaced: that is no lack of rows.
        } while (ring.tail(ring.head()) != tail);
        random.restore(savedState);
        return false;
    }

    private boolean fill(OffHeapBatch batch, long tail, long head) {
        int empty = spec.batchSize();
        for (int lane = 0; lane < empty; lane++) {
            lanes[lane] = lane;
        }
        for (int round = 0; empty > 0; round++) {
            if (round < MAX_ROUNDS) {
                for (int i = 0; i < empty; i++) {
                    ends.set(lanes[i], tail + random.nextLong(head - tail));
                }
            } else {
                long[] drawable = round < MAX_ROUNDS + MAX_LISTINGS ? drawable(tail, head) : new long[0];
                if (drawable.length == 0) {
                    return false;
                }
                for (int i = 0; i < empty; i++) {
                    ends.set(lanes[i], drawable[random.nextInt(drawable.length)]);
                }
            }
            empty = find(empty, tail);
            if (empty == 0) {
                empty = copy(batch);
            }
            counters.countRedraws(empty);
        }
        return true;
    }

    /** Finds what was drawn for the empty lanes and returns how many are empty still: the first of the lanes. */
    private int find(int drawn, long tail) {
        ends.touch(lanes, drawn);
        if (arrival) {
            for (int i = 0; i < drawn; i++) {
                starts.set(lanes[i], start(lanes[i], tail));
            }
            starts.touch(lanes, drawn);
        }
        int empty = 0;
        for (int i = 0; i < drawn; i++) {
            int lane = lanes[i];
            if (!starts.isPublished(lane)) {
                lanes[empty++] = lane;
            }
        }
        return empty;
    }

    /** The row that the transition starts from which the lane's row ends, or {@link DrawnRows#NONE}. */
    private long start(int lane, long tail) {
        if (!ends.isPublished(lane) || (Stamp.flags(ends.stamp(lane)) & RowFlags.FIRST) != 0) {
            return DrawnRows.NONE;
        }
        int back = UnsafeApi.getInt(ends.address(lane) + RowDescriptor.BACK_OFFSET);
        long start = ends.sequence(lane) - back;
        return back != RowDescriptor.BACK_TOO_FAR && start >= tail ? start : DrawnRows.NONE;
    }

    /** Copies every lane and returns how many are empty again, their rows having changed: the first of the lanes. */
    private int copy(OffHeapBatch batch) {
        for (ColumnCopy copy : batch.copies()) {
            copy.copy(copy.fromStart() ? starts.addresses() : ends.addresses());
        }
        ends.copyFlag(RowFlags.TERMINATED, batch.terminatedAddress());
        ends.copyFlag(RowFlags.TRUNCATED, batch.truncatedAddress());
        UnsafeApi.loadFence();
        int torn = 0;
        for (int lane = 0; lane < spec.batchSize(); lane++) {
            if (ends.hasChanged(lane) || (arrival && starts.hasChanged(lane))) {
                lanes[torn++] = lane;
                counters.countTorn();
            }
        }
        return torn;
    }

    /** The rows of the window that end a transition, in order. Only when there are next to none. */
    private long[] drawable(long tail, long head) {
        int[] saved = lanes.clone();
        long[] found = new long[64];
        int count = 0;
        for (long sequence = tail; sequence < head; sequence++) {
            ends.set(lanes[0], sequence);
            if (find(1, tail) == 0) {
                if (count == found.length) {
                    found = Arrays.copyOf(found, 2 * count);
                }
                found[count++] = sequence;
            }
        }
        System.arraycopy(saved, 0, lanes, 0, saved.length);
        return Arrays.copyOf(found, count);
    }

    private long size() {
        long head = ring.head();
        return head - ring.tail(head);
    }

    private void requireOpen() {
        if (closed) {
            throw new MemoryClosedException("sampler '" + spec.name() + "' is closed");
        }
        ring.requireOpen();
    }
}
