package io.engram.replay.onheap;

import io.engram.replay.AgeLimit;
import io.engram.replay.Batch;
import io.engram.replay.Episode;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.NStep;
import io.engram.replay.Prioritization;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SamplerState;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.TooFewTransitionsException;
import io.engram.replay.Windows;
import io.engram.replay.internal.BatchColumn;
import io.engram.replay.internal.Patience;
import io.engram.replay.internal.SamplerNames;
import io.engram.replay.internal.priority.Priorities;
import io.engram.replay.internal.priority.Strata;
import io.engram.replay.internal.priority.Weights;
import io.engram.replay.internal.priority.WindowErrors;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Draws from the ring by the procedures that all memories share, so that equal seeds give equal batches. In a round
 * each lane of the batch that is not filled, in order, draws. Rounds are repeated until all lanes are filled.
 *
 * <p><b>Uniformly</b> a lane draws a row that is young enough. It is filled by the transition that ends in that row, or
 * by the window that begins there, if there is one that can be sampled. If some lanes are not filled after
 * {@link #rounds} rounds, each of those draws from the list of all rows that would fill it, ascending. If there are
 * none, nothing was drawn. <b>From some episodes</b> only it draws from the list of their rows that would fill it,
 * as it was when the filter was asked last, and that are young enough.
 *
 * <p><b>By priority</b> a lane draws a unit of the mass that is young enough, and with it a leaf: in the first
 * {@value #STRATIFIED_ROUNDS} rounds from its stratum, then from all. It is filled if the leaf's transition or window
 * can be sampled. After {@value #ROUNDS} rounds a lane goes on to the next leaf with mass, {@value #ROUNDS} times at
 * most; then each that is not filled draws from the masses of all that would fill it, in the order of rows.
 */
final class HeapSampler implements Sampler {
    private static final int ROUNDS = 32;
    private static final int STRATIFIED_ROUNDS = 16;

    private final HeapRing ring;
    private final Schema schema;
    private final SamplerSpec spec;
    private final SamplerNames names;
    private final long incarnation;
    private final SplitMix64 random;
    private final Patience patience;
    private final @Nullable HeapPriorityIndex index;
    private final List<BatchColumn> columns;
    private final @Nullable HeapElement[] elements;
    /** By lane: the leaf that was drawn last. */
    private final int[] leaves;

    /** The rows that the filter of episodes meant when it was asked last, ascending. */
    private long[] chosen = {};

    private @Nullable NStep nStep;
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
        this.columns = BatchColumn.of(schema, spec.columns(), spec.nStep(), spec.stacks(), spec.windows());
        this.nStep = spec.nStep();
        this.elements = new HeapElement[spec.batchSize()];
        this.leaves = new int[spec.batchSize()];
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
            if (ring.size() < spec.minSize() || !draw(own)) {
                return false;
            }
            for (int i = 0; i < elements.length; i++) {
                own.fill(i, Objects.requireNonNull(elements[i]), nStep, ring);
            }
            own.filled(ring.head());
            ring.countBatch(elements.length);
            batches++;
            return true;
        } finally {
            ring.unlock();
        }
    }

    @Override
    public void nStep(int n, double gamma) {
        if (nStep == null) {
            throw new IllegalStateException("sampler name='" + spec.name()
                    + "' does not make transitions over several steps; give its spec an NStep");
        }
        nStep = nStep.withSteps(n, gamma);
    }

    @Override
    public void updateTdErrors(Batch batch, float[] tdErrors) {
        ring.lock();
        try {
            HeapPriorityIndex own = requireIndex();
            Windows windows = spec.windows();
            Priorities.requireFinite(tdErrors, batch.size() * (windows == null ? 1 : windows.positions()));
            double eta = Objects.requireNonNull(spec.prioritization()).eta();
            double[] given = new double[batch.size()];
            for (int i = 0; i < given.length; i++) {
                double error = windows == null
                        ? Math.abs((double) tdErrors[i])
                        : WindowErrors.of(
                                tdErrors,
                                windows.firstLearned(i, batch.steps(i), batch.burnIn(i)),
                                learned(batch, i),
                                eta);
                given[i] = error + own.settings().epsilon();
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
        return nStep == null
                ? new SamplerState(random.state(), batches)
                : new SamplerState(random.state(), batches, nStep.n(), nStep.gamma());
    }

    @Override
    public void restore(SamplerState state) {
        if (nStep != null && state.steps() > 0) {
            nStep = nStep.withSteps(state.steps(), state.gamma());
        }
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
            return spec.episodes() == null ? drawUniformly() : drawFromEpisodes(spec.episodes());
        }
        return drawByPriority(prioritization, index, weights);
    }

    /** Draws from the rows that the filter meant when it was asked; if they are all gone it is asked again. */
    private boolean drawFromEpisodes(EpisodeFilter filter) {
        long state = random.state();
        boolean due = chosen.length == 0 || batches % filter.refreshEvery() == 0;
        if (due) {
            choose(filter);
        }
        boolean drawn = drawFromChosen();
        if (!drawn && !due) {
            random.restore(state);
            choose(filter);
            drawn = drawFromChosen();
        }
        if (!drawn) {
            random.restore(state);
        }
        return drawn;
    }

    private void choose(EpisodeFilter filter) {
        Set<Long> numbers = filter.select(ring.episodes().held(ring.tail())).stream()
                .map(Episode::number)
                .collect(Collectors.toSet());
        long oldest = oldest();
        chosen = LongStream.range(oldest, ring.head())
                .filter(row -> numbers.contains(ring.row(row).episode()) && element(row, oldest) != null)
                .toArray();
    }

    private boolean drawFromChosen() {
        long oldest = oldest();
        long[] young = Arrays.stream(chosen).filter(row -> row >= oldest).toArray();
        Arrays.fill(elements, null);
        int unfilled = elements.length;
        for (int round = 0; round < ROUNDS && unfilled > 0 && young.length > 0; round++) {
            for (int i = 0; i < elements.length; i++) {
                if (elements[i] == null) {
                    elements[i] = element(young[(int) random.nextLong(young.length)], oldest);
                    unfilled -= elements[i] == null ? 0 : 1;
                }
            }
            ring.countRedraws(unfilled);
        }
        return unfilled == 0 || fillFrom(Arrays.stream(young).filter(row -> element(row, oldest) != null), oldest);
    }

    /** Fills the lanes that are empty from all rows that would fill one, ascending. */
    private boolean fillFrom(LongStream rows, long oldest) {
        long[] all = rows.toArray();
        for (int i = 0; i < elements.length && all.length > 0; i++) {
            if (elements[i] == null) {
                elements[i] = element(all[(int) random.nextLong(all.length)], oldest);
            }
        }
        return all.length > 0;
    }

    private boolean drawByPriority(Prioritization how, HeapPriorityIndex from, Weights weights) {
        long state = random.state();
        long oldest = oldest();
        boolean all = oldest == ring.tail();
        long total = all ? from.total() : from.massOf(oldest, ring.head());
        long skipped = all ? 0 : from.massBefore(oldest);
        Arrays.fill(elements, null);
        int unfilled = total == 0 ? 0 : elements.length;
        for (int round = 0; round < 2 * ROUNDS && unfilled > 0; round++) {
            for (int i = 0; i < elements.length; i++) {
                if (elements[i] == null) {
                    leaves[i] = round < ROUNDS
                            ? from.find((skipped + unit(how, i, round, total)) % from.total())
                            : next(from, leaves[i]);
                    long start = from.start(leaves[i]);
                    elements[i] = start < oldest ? null : HeapElement.of(ring, spec, nStep, start);
                    weights.masses()[i] = from.mass(leaves[i]);
                    unfilled -= elements[i] == null ? 0 : 1;
                }
            }
            ring.countRedraws(unfilled);
        }
        if (total == 0 || (unfilled > 0 && !drawByPriorityFromAll(from, weights, oldest))) {
            random.restore(state);
            return false;
        }
        double beta = how.beta().beta(batches);
        switch (how.normalization()) {
            case BATCH_MAXIMUM -> weights.compute(total, (double) weights.leastMass(), beta, true);
            case BUFFER_BOUND -> weights.compute(total, (double) from.leastMass(), beta, true);
            case NONE -> weights.compute(total, (double) total / (double) from.transitions(), beta, false);
        }
        return true;
    }

    private boolean drawByPriorityFromAll(HeapPriorityIndex from, Weights weights, long oldest) {
        long[] rows = LongStream.range(oldest, ring.head())
                .filter(row -> from.massOf(row, row + 1) > 0 && HeapElement.of(ring, spec, nStep, row) != null)
                .toArray();
        long sum = 0;
        for (long row : rows) {
            sum += from.massOf(row, row + 1);
        }
        if (sum == 0) {
            return false;
        }
        for (int i = 0; i < elements.length; i++) {
            if (elements[i] == null) {
                long rest = random.nextLong(sum);
                int at = 0;
                while (rest >= from.massOf(rows[at], rows[at] + 1)) {
                    rest -= from.massOf(rows[at], rows[at] + 1);
                    at++;
                }
                elements[i] = HeapElement.of(ring, spec, nStep, rows[at]);
                weights.masses()[i] = from.massOf(rows[at], rows[at] + 1);
            }
        }
        return true;
    }

    private long unit(Prioritization how, int lane, int round, long total) {
        Prioritization.Draw draw = round < STRATIFIED_ROUNDS ? how.draw() : Prioritization.Draw.INDEPENDENT;
        return Strata.draw(draw, lane, elements.length, total, random);
    }

    /** The next leaf with mass. */
    private static int next(HeapPriorityIndex from, int leaf) {
        int next = leaf;
        do {
            next = (next + 1) % from.leaves();
        } while (from.mass(next) == 0);
        return next;
    }

    /** The oldest row that an element may start from. */
    private long oldest() {
        AgeLimit limit = spec.maxAge();
        long oldest = limit.steps() >= ring.size() ? ring.tail() : ring.head() - 1 - limit.steps();
        if (limit.millis() != AgeLimit.UNLIMITED) {
            long earliest = ring.now() - limit.millis();
            while (oldest < ring.head() && ring.row(oldest).millis() < earliest) {
                oldest++;
            }
        }
        return oldest;
    }

    private void update(long ofIncarnation, long[] handles, double[] given) {
        HeapPriorityIndex own = requireIndex();
        if (ofIncarnation == incarnation) {
            own.update(handles, given);
        } else {
            own.countStale(handles.length);
        }
    }

    private static int learned(Batch batch, int row) {
        return batch.steps(row) - batch.burnIn(row);
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

    /** Finds an element for every lane, or returns false and leaves the random state as it was. */
    private boolean drawUniformly() {
        long state = random.state();
        long oldest = oldest();
        long rounds = oldest == ring.head() ? 0 : rounds(ring.head() - oldest);
        int unfilled = elements.length;
        Arrays.fill(elements, null);
        for (long round = 0; round < rounds && unfilled > 0; round++) {
            for (int i = 0; i < elements.length; i++) {
                if (elements[i] == null) {
                    elements[i] = element(oldest + random.nextLong(ring.head() - oldest), oldest);
                    unfilled -= elements[i] == null ? 0 : 1;
                }
            }
            ring.countRedraws(unfilled);
        }
        if (unfilled > 0
                && !fillFrom(
                        LongStream.range(oldest, ring.head()).filter(row -> element(row, oldest) != null), oldest)) {
            random.restore(state);
            return false;
        }
        return true;
    }

    /**
     * So many that a lane is hardly ever left over: of the rows one in a stride begins a window. But no more draws than
     * it takes to look at every row.
     */
    private long rounds(long size) {
        Windows windows = spec.windows();
        return windows == null ? ROUNDS : ROUNDS + Math.min(ROUNDS * (windows.stride() - 1L), size / elements.length);
    }

    /** What a drawn row stands for, or null. */
    private @Nullable HeapElement element(long row, long oldest) {
        if (spec.windows() != null) {
            return HeapElement.of(ring, spec, nStep, row);
        }
        if (!ring.endsTransition(row) || ring.start(row) < oldest) {
            return null;
        }
        return HeapElement.of(ring, spec, nStep, ring.start(row));
    }

    private TooFewTransitionsException tooFew() {
        ring.lock();
        try {
            return new TooFewTransitionsException(
                    "sampler name='" + spec.name() + "' has too few rows to draw from: size="
                            + ring.size() + ", minSize=" + spec.minSize()
                            + ", at least one whole transition of some mass, patience="
                            + spec.patience() + (spec.episodes() == null ? "" : ", of episodes=" + spec.episodes())
                            + "; append more first, or give it more patience");
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
