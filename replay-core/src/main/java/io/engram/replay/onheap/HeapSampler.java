package io.engram.replay.onheap;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.TooFewTransitionsException;
import io.engram.replay.internal.Patience;
import io.engram.replay.internal.SamplerNames;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Draws uniformly from the ring by the procedure that all memories share, so that equal seeds give equal batches:
 *
 * <ol>
 *   <li>In a round each lane of the batch that is not filled, in order, draws a row of the window. It is filled if a
 *       transition ends in that row whose start is held.
 *   <li>Rounds are repeated until all lanes are filled. If some are not after {@value #ROUNDS}, each of those draws
 *       from the list of all rows that would fill it, ascending. If there are none, nothing was drawn.
 * </ol>
 */
final class HeapSampler implements Sampler {
    private static final int ROUNDS = 32;
    private static final long UNFILLED = -1;

    private final HeapRing ring;
    private final Schema schema;
    private final SamplerSpec spec;
    private final SamplerNames names;
    private final long incarnation;
    private final SplitMix64 random;
    private final Patience patience;
    private final long[] ends;
    private volatile boolean closed;

    HeapSampler(HeapRing ring, Schema schema, SamplerSpec spec, SamplerNames names, long incarnation) {
        this.ring = ring;
        this.schema = schema;
        this.spec = spec;
        this.names = names;
        this.incarnation = incarnation;
        this.random = new SplitMix64(spec.seed());
        this.patience = new Patience(spec.patience());
        this.ends = new long[spec.batchSize()];
    }

    @Override
    public SamplerSpec spec() {
        return spec;
    }

    @Override
    public Batch newBatch() {
        Columns columns = Columns.allocate(schema, spec.columns(), spec.batchSize());
        return new HeapBatch(this, schema, columns, incarnation);
    }

    @Override
    public Batch sample(Batch batch) {
        if (!patience.await(() -> trySample(batch))) {
            throw tooFew();
        }
        return batch;
    }

    @Override
    public boolean trySample(Batch batch) {
        if (!(batch instanceof HeapBatch own) || own.sampler() != this) {
            throw new IllegalArgumentException("the batch is not of this sampler: sampler name='" + spec.name()
                    + "'; make one with its newBatch()");
        }
        ring.lock();
        try {
            requireOpen();
            if (ring.size() < spec.minSize() || !draw()) {
                return false;
            }
            for (int i = 0; i < ends.length; i++) {
                own.fill(i, ring.start(ends[i]), ends[i], ring);
            }
            ring.countBatch(ends.length);
            return true;
        } finally {
            ring.unlock();
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
        ring.lock();
        try {
            if (!closed) {
                closed = true;
                names.close(spec.name());
            }
        } finally {
            ring.unlock();
        }
    }

    /** Finds an end for every lane, or returns false and leaves the random state as it was. */
    private boolean draw() {
        long state = random.state();
        long tail = ring.tail();
        int unfilled = ends.length;
        Arrays.fill(ends, UNFILLED);
        for (int round = 0; round < ROUNDS && unfilled > 0; round++) {
            for (int i = 0; i < ends.length; i++) {
                if (ends[i] == UNFILLED) {
                    long sequence = tail + random.nextLong(ring.size());
                    if (ring.endsTransition(sequence)) {
                        ends[i] = sequence;
                        unfilled--;
                    } else {
                        ring.countRedraw();
                    }
                }
            }
        }
        if (unfilled > 0) {
            long[] all = LongStream.range(tail, ring.head())
                    .filter(ring::endsTransition)
                    .toArray();
            if (all.length == 0) {
                random.restore(state);
                return false;
            }
            for (int i = 0; i < ends.length; i++) {
                if (ends[i] == UNFILLED) {
                    ends[i] = all[(int) random.nextLong(all.length)];
                }
            }
        }
        return true;
    }

    private TooFewTransitionsException tooFew() {
        ring.lock();
        try {
            return new TooFewTransitionsException(
                    "sampler name='" + spec.name() + "' has too few rows to draw from: size="
                            + ring.size() + ", minSize=" + spec.minSize() + ", at least one whole transition, patience="
                            + spec.patience() + "; append more first, or give it more patience");
        } finally {
            ring.unlock();
        }
    }

    private void requireOpen() {
        ring.requireOpen();
        if (closed) {
            throw new MemoryClosedException("the sampler of name='" + spec.name() + "' is closed");
        }
    }
}
