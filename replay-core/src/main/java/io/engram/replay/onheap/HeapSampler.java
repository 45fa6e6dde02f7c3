package io.engram.replay.onheap;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.Prioritization;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SamplerState;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.TooFewTransitionsException;
import io.engram.replay.internal.Patience;
import io.engram.replay.internal.SamplerNames;
import io.engram.replay.internal.priority.Priorities;
import io.engram.replay.internal.priority.Strata;
import io.engram.replay.internal.priority.Weights;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Draws from the ring. By priority: each lane of the batch, in order, draws a unit of mass, and with it a leaf.
 * Uniformly, by the procedure that all memories share, so that equal seeds give equal batches:
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
    private final @Nullable HeapPriorityIndex index;
    private final long[] ends;
    private long batches;
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
        Prioritization prioritization = spec.prioritization();
        this.index = prioritization == null
                ? null
                : ring.indexes().stream()
                        .filter(each -> each.settings().name().equals(prioritization.index()))
                        .findFirst()
                        .orElseThrow();
    }

    @Override
    public SamplerSpec spec() {
        return spec;
    }

    @Override
    public Batch newBatch() {
        Columns columns = Columns.allocate(schema, spec.columns(), spec.batchSize());
        return new HeapBatch(this, schema, columns, incarnation, index == null ? null : new Weights(spec.batchSize()));
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
            if (ring.size() < spec.minSize() || !draw(own)) {
                return false;
            }
            for (int i = 0; i < ends.length; i++) {
                own.fill(i, ring.start(ends[i]), ends[i], ring);
            }
            ring.countBatch(ends.length);
            batches++;
            return true;
        } finally {
            ring.unlock();
        }
    }

    @Override
    public void updateTdErrors(Batch batch, float[] tdErrors) {
        ring.lock();
        try {
            HeapPriorityIndex own = requireIndex();
            Priorities.requireFinite(tdErrors, batch.size());
            double[] given = new double[batch.size()];
            for (int i = 0; i < given.length; i++) {
                given[i] = Math.abs((double) tdErrors[i]) + own.settings().epsilon();
            }
            update(batch.incarnation(), sequences(batch), given);
        } finally {
            ring.unlock();
        }
    }

    @Override
    public void updatePriorities(Batch batch, float[] newPriorities) {
        updatePriorities(batch.incarnation(), sequences(batch), newPriorities);
    }

    @Override
    public void updatePriorities(long ofIncarnation, long[] sequences, float[] newPriorities) {
        ring.lock();
        try {
            requireIndex();
            Priorities.requirePriorities(newPriorities, sequences.length);
            double[] given = new double[sequences.length];
            for (int i = 0; i < given.length; i++) {
                given[i] = newPriorities[i];
            }
            update(ofIncarnation, sequences, given);
        } finally {
            ring.unlock();
        }
    }

    @Override
    public SamplerState state() {
        return new SamplerState(random.state(), batches);
    }

    @Override
    public void restore(SamplerState state) {
        random.restore(state.random());
        batches = state.batches();
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

    private boolean draw(HeapBatch batch) {
        Prioritization prioritization = spec.prioritization();
        Weights weights = batch.drawnWeights();
        if (prioritization == null || index == null || weights == null) {
            return drawUniformly();
        }
        return drawByPriority(prioritization, index, weights);
    }

    private boolean drawByPriority(Prioritization how, HeapPriorityIndex from, Weights weights) {
        long total = from.total();
        if (total == 0) {
            return false;
        }
        for (int i = 0; i < ends.length; i++) {
            int leaf = from.find(Strata.draw(how.draw(), i, ends.length, total, random));
            ends[i] = from.end(leaf);
            weights.masses()[i] = from.mass(leaf);
        }
        double beta = how.beta().beta(batches);
        switch (how.normalization()) {
            case BATCH_MAXIMUM -> weights.compute(total, (double) weights.leastMass(), beta, true);
            case BUFFER_BOUND -> weights.compute(total, (double) from.leastMass(), beta, true);
            case NONE -> weights.compute(total, (double) total / (double) from.transitions(), beta, false);
        }
        return true;
    }

    private void update(long ofIncarnation, long[] handles, double[] given) {
        HeapPriorityIndex own = requireIndex();
        if (ofIncarnation == incarnation) {
            own.update(handles, given);
        } else {
            own.countStale(handles.length);
        }
    }

    private static long[] sequences(Batch batch) {
        return LongStream.range(0, batch.size())
                .map(row -> batch.sequence((int) row))
                .toArray();
    }

    private HeapPriorityIndex requireIndex() {
        requireOpen();
        if (index == null) {
            throw new IllegalStateException("sampler name='" + spec.name()
                    + "' is uniform and has no priorities to update; begin with SamplerSpec.prioritized");
        }
        return index;
    }

    /** Finds an end for every lane, or returns false and leaves the random state as it was. */
    private boolean drawUniformly() {
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
                            + ring.size() + ", minSize=" + spec.minSize()
                            + ", at least one whole transition of some mass, patience="
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
