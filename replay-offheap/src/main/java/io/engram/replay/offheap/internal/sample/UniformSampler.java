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
 * that the cache misses overlap; copy; take the stamps again. A lane whose row ends no transition, is not published or
 * changed meanwhile stays empty and is drawn again in the next round. When some lanes are empty after
 * {@value #MAX_ROUNDS} rounds, the rows that can be drawn are listed and drawn from.
 *
 * <p>Lock-free: the only loop with an unknown number of turns is over rounds, and it is bounded.
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

    private final int[] allLanes;
    private final int[] lanes;
    private final long[] starts;
    private final long[] startAddresses;
    private final long[] startStamps;
    private final long[] ends;
    private final long[] endAddresses;
    private final long[] endStamps;
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
        this.allLanes = new int[size];
        Arrays.setAll(allLanes, lane -> lane);
        this.lanes = new int[size];
        this.ends = new long[size];
        this.endAddresses = new long[size];
        this.endStamps = new long[size];
        this.starts = arrival ? new long[size] : ends;
        this.startAddresses = arrival ? new long[size] : endAddresses;
        this.startStamps = arrival ? new long[size] : endStamps;
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
        epoch.enter();
        try {
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
        long head = ring.head();
        long tail = ring.tail(head);
        long rows = head - tail;
        if (rows < spec.minSize()) {
            return false;
        }
        long savedState = random.state();
        int empty = spec.batchSize();
        System.arraycopy(allLanes, 0, lanes, 0, empty);
        for (int round = 0; empty > 0 && round < MAX_ROUNDS; round++) {
            for (int i = 0; i < empty; i++) {
                ends[lanes[i]] = tail + random.nextLong(rows);
            }
            empty = copyRound(batch, empty, tail);
        }
        for (int listing = 0; empty > 0; listing++) {
            long[] drawable = listing < MAX_LISTINGS ? drawable(tail, head) : new long[0];
            if (drawable.length == 0) {
                random.restore(savedState);
                return false;
            }
            for (int i = 0; i < empty; i++) {
                ends[lanes[i]] = drawable[(int) random.nextLong(drawable.length)];
            }
            empty = copyRound(batch, empty, tail);
        }
        System.arraycopy(starts, 0, batch.sequences(), 0, starts.length);
        counters.countBatch(spec.batchSize());
        return true;
    }

    /** Copies what was drawn for the empty lanes and returns how many are empty still. */
    private int copyRound(OffHeapBatch batch, int drawn, long tail) {
        touch(ends, endAddresses, endStamps, drawn);
        int found = keepTransitions(drawn, tail);
        if (arrival) {
            touch(starts, startAddresses, startStamps, found);
            found = keepPublishedStarts(found);
        }
        UnsafeApi.loadFence();
        for (ColumnCopy copy : batch.copies()) {
            copy.copy(copy.fromStart() ? startAddresses : endAddresses, lanes, found);
        }
        copyFlags(batch, found);
        UnsafeApi.loadFence();
        int filled = moveTornBehind(found);
        int empty = drawn - filled;
        if (empty > 0) {
            // The lanes still empty come first again, in ascending order.
            System.arraycopy(lanes, filled, lanes, 0, empty);
            Arrays.sort(lanes, 0, empty);
            counters.countRedraws(empty);
        }
        return empty;
    }

    private void touch(long[] sequences, long[] addresses, long[] stamps, int count) {
        for (int i = 0; i < count; i++) {
            int lane = lanes[i];
            addresses[lane] = ring.rowAddress(sequences[lane]);
        }
        for (int i = 0; i < count; i++) {
            int lane = lanes[i];
            long address = addresses[lane];
            stamps[lane] = address == 0 ? Stamp.FRESH : UnsafeApi.getLong(address);
        }
        UnsafeApi.loadFence();
    }

    /** Moves the lanes that hold the end of a transition to the front; with arrival rows finds where it starts. */
    private int keepTransitions(int count, long tail) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int lane = lanes[i];
            long end = ends[lane];
            long stamp = endStamps[lane];
            boolean keep = endAddresses[lane] != 0 && Stamp.isPublished(stamp, end);
            if (keep && arrival) {
                int back = UnsafeApi.getInt(endAddresses[lane] + RowDescriptor.BACK_OFFSET);
                starts[lane] = end - back;
                keep = (Stamp.flags(stamp) & RowFlags.FIRST) == 0
                        && back != RowDescriptor.BACK_TOO_FAR
                        && starts[lane] >= tail;
            }
            if (keep) {
                lanes[i] = lanes[kept];
                lanes[kept++] = lane;
            }
        }
        return kept;
    }

    private int keepPublishedStarts(int count) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int lane = lanes[i];
            if (startAddresses[lane] != 0 && Stamp.isPublished(startStamps[lane], starts[lane])) {
                lanes[i] = lanes[kept];
                lanes[kept++] = lane;
            }
        }
        return kept;
    }

    private void copyFlags(OffHeapBatch batch, int count) {
        copyFlag(batch.terminatedAddress(), RowFlags.TERMINATED, count);
        copyFlag(batch.truncatedAddress(), RowFlags.TRUNCATED, count);
    }

    private void copyFlag(long target, int flag, int count) {
        if (target != 0) {
            for (int i = 0; i < count; i++) {
                int lane = lanes[i];
                UnsafeApi.putByte(target + lane, (byte) ((Stamp.flags(endStamps[lane]) & flag) != 0 ? 1 : 0));
            }
        }
    }

    /** Moves the lanes whose rows changed while they were copied behind the others. */
    private int moveTornBehind(int count) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int lane = lanes[i];
            if (UnsafeApi.getLong(endAddresses[lane]) == endStamps[lane]
                    && (!arrival || UnsafeApi.getLong(startAddresses[lane]) == startStamps[lane])) {
                lanes[i] = lanes[kept];
                lanes[kept++] = lane;
            } else {
                counters.countTorn();
            }
        }
        return kept;
    }

    /** The rows of the window that end a transition, in order. Only when there are next to none. */
    private long[] drawable(long tail, long head) {
        long[] found = new long[64];
        int count = 0;
        for (long sequence = tail; sequence < head; sequence++) {
            ends[lanes[0]] = sequence;
            touch(ends, endAddresses, endStamps, 1);
            boolean keep = keepTransitions(1, tail) == 1;
            if (keep && arrival) {
                touch(starts, startAddresses, startStamps, 1);
                keep = keepPublishedStarts(1) == 1;
            }
            if (keep) {
                if (count == found.length) {
                    found = Arrays.copyOf(found, 2 * count);
                }
                found[count++] = sequence;
            }
        }
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
