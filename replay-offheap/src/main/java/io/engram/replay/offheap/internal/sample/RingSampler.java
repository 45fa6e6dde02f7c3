package io.engram.replay.offheap.internal.sample;

import io.engram.replay.AgeLimit;
import io.engram.replay.Batch;
import io.engram.replay.MemoryClosedException;
import io.engram.replay.NStep;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SamplerState;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.TooFewTransitionsException;
import io.engram.replay.internal.Patience;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.internal.priority.Weights;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.Timeline;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * What samplers of the ring share: their life, the rows that each lane of a batch has drawn, and the copying of them.
 *
 * <p>Lock-free: how often a batch is tried is bounded, and it begins anew only if writers have moved the window.
 */
public abstract class RingSampler implements Sampler {
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
    /** What lanes hold, where that is more than a start and an end. */
    private final @Nullable Elements elements;

    private final Timeline timeline;
    private final long maxMillis;

    private final PublishedState published = new PublishedState();
    private long batches;
    /** Whether the call under way has written into the batch. */
    private boolean dirty;

    private volatile boolean closed;

    RingSampler(SamplerSpec spec, Source source, EpochRecord epoch, SampleCounters counters, Runnable onClose) {
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
        this.elements = Elements.areNeeded(spec) ? new Elements(spec, source, layout) : null;
        this.timeline = source.timeline();
        this.maxMillis = spec.maxAge().millis();
        publish();
    }

    /** Fills a batch from a window that has the least size, or returns false. */
    abstract boolean fill(OffHeapBatch batch, long tail, long head);

    @Override
    public final SamplerSpec spec() {
        return spec;
    }

    @Override
    public final Batch newBatch() {
        Weights weights = spec.prioritization() == null ? null : new Weights(spec.batchSize());
        return new OffHeapBatch(this, BatchPlan.of(schema, layout, spec), incarnation, weights);
    }

    @Override
    public final Batch sample(Batch batch) {
        if (!trySample(batch) && (spec.patience().isZero() || !patience.await(() -> trySample(batch)))) {
            throw new TooFewTransitionsException("sampler '" + spec.name() + "' has too little to draw from: size="
                    + size() + ", minSize=" + spec.minSize() + ", patience=" + spec.patience()
                    + (spec.episodes() == null ? "" : ", episodes=" + spec.episodes())
                    + "; append more first, or lower minSize; by priority, one must have a mass above 0");
        }
        return batch;
    }

    @Override
    public final boolean trySample(Batch batch) {
        if (!(batch instanceof OffHeapBatch own) || own.owner() != this) {
            throw new IllegalArgumentException(
                    "the batch is not of sampler '" + spec.name() + "'; make it with this sampler's newBatch()");
        }
        enter();
        try {
            return fill(own);
        } finally {
            epoch.exit();
        }
    }

    @Override
    public final void nStep(int n, double gamma) {
        NStep setting = elements == null ? null : elements.nStep();
        if (elements == null || setting == null) {
            throw new IllegalStateException("sampler '" + spec.name()
                    + "' does not make transitions over several steps; give its spec an NStep");
        }
        elements.setNStep(setting.withSteps(n, gamma));
        publish();
    }

    @Override
    public final SamplerState state() {
        NStep setting = elements == null ? null : elements.nStep();
        return setting == null
                ? new SamplerState(random.state(), batches)
                : new SamplerState(random.state(), batches, setting.n(), setting.gamma());
    }

    /**
     * Where this sampler stood after its last batch. For any thread.
     *
     * @return as {@link #state}
     */
    public final SamplerState published() {
        return published.get();
    }

    @Override
    public final void restore(SamplerState state) {
        NStep setting = elements == null ? null : elements.nStep();
        if (elements != null && setting != null && state.steps() > 0) {
            elements.setNStep(setting.withSteps(state.steps(), state.gamma()));
        }
        random.restore(state.random());
        batches = state.batches();
        publish();
    }

    /** Allocates nothing. */
    private void publish() {
        NStep setting = elements == null ? null : elements.nStep();
        published.set(
                random.state(), batches, setting == null ? 0 : setting.n(), setting == null ? 0 : setting.gamma());
    }

    @Override
    public final void close() {
        if (!closed) {
            closed = true;
            onClose.run();
        }
    }

    /** From here to {@link #exit} nothing is unmapped. */
    final void enter() {
        requireOpen();
        epoch.enter();
        try {
            // Once more, because only now nothing is unmapped any more.
            requireOpen();
        } catch (MemoryClosedException e) {
            epoch.exit();
            throw e;
        }
    }

    final void exit() {
        epoch.exit();
    }

    final void requireOpen() {
        if (closed) {
            throw new MemoryClosedException("sampler '" + spec.name() + "' is closed");
        }
        ring.requireOpen();
    }

    final Ring ring() {
        return ring;
    }

    final boolean isArrival() {
        return arrival;
    }

    final SplitMix64 random() {
        return random;
    }

    final SampleCounters counters() {
        return counters;
    }

    final long incarnation() {
        return incarnation;
    }

    /** How many batches were filled before. */
    final long batches() {
        return batches;
    }

    /** Lanes that are empty; how many of them is the caller's to know. */
    final int[] lanes() {
        return lanes;
    }

    /** The rows that transitions start from. */
    final DrawnRows starts() {
        return starts;
    }

    /** The rows that transitions lead to; with self-contained rows the same object as {@link #starts}. */
    final DrawnRows ends() {
        return ends;
    }

    /** Makes every lane empty and returns how many there are. */
    final int emptyAll() {
        for (int lane = 0; lane < lanes.length; lane++) {
            lanes[lane] = lane;
        }
        return lanes.length;
    }

    /** What lanes hold, or null where that is a transition from start to end. */
    final @Nullable Elements elements() {
        return elements;
    }

    /**
     * The oldest row that an element may start from.
     *
     * @param tail the oldest row there is
     */
    final long oldest(long tail, long head) {
        AgeLimit limit = spec.maxAge();
        long oldest = limit.steps() >= head - tail ? tail : head - 1 - limit.steps();
        return maxMillis == AgeLimit.UNLIMITED ? oldest : Math.max(oldest, timeline.oldest(maxMillis));
    }

    /** Copies every lane and returns how many are empty again, their rows having changed: the first of the lanes. */
    final int copy(OffHeapBatch batch) {
        dirty = true;
        return elements == null ? copyTransitions(batch) : copyElements(batch, elements);
    }

    private int copyElements(OffHeapBatch batch, Elements all) {
        for (ElementColumn column : batch.elementColumns()) {
            column.fill(lanes.length, all);
        }
        UnsafeApi.loadFence();
        int torn = 0;
        for (int lane = 0; lane < lanes.length; lane++) {
            batch.filled(lane, all.stepCount(lane), all.burnIn(lane));
            if (all.hasChanged(lane)) {
                lanes[torn++] = lane;
                counters.countTorn();
            }
        }
        return torn;
    }

    private int copyTransitions(OffHeapBatch batch) {
        for (ColumnCopy copy : batch.copies()) {
            copy.copy(copy.fromStart() ? starts.addresses() : ends.addresses());
        }
        ends.copyFlag(RowFlags.TERMINATED, batch.terminatedAddress());
        ends.copyFlag(RowFlags.TRUNCATED, batch.truncatedAddress());
        UnsafeApi.loadFence();
        int torn = 0;
        for (int lane = 0; lane < lanes.length; lane++) {
            if (ends.hasChanged(lane) || (arrival && starts.hasChanged(lane))) {
                lanes[torn++] = lane;
                counters.countTorn();
            }
        }
        return torn;
    }

    private boolean fill(OffHeapBatch batch) {
        long savedState = random.state();
        dirty = false;
        long tail;
        do {
            long head = ring.head();
            tail = ring.tail(head);
            if (elements != null) {
                elements.setHead(head);
            }
            if (head - tail >= spec.minSize() && fill(batch, tail, head)) {
                starts.copySequences(batch.sequences());
                batch.filled(head);
                counters.countBatch(lanes.length);
                batches++;
                publish();
                return true;
            }
            // A thread that did not run for a while finds every row replaced: that is no lack of rows.
        } while (ring.tail(ring.head()) != tail);
        random.restore(savedState);
        if (dirty) {
            // Columns were overwritten by a try that did not end well: no handle must speak for them.
            batch.forget();
        }
        return false;
    }

    private long size() {
        long head = ring.head();
        return head - ring.tail(head);
    }
}
