package io.engram.replay.offheap.internal.sample;

import io.engram.replay.Batch;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Windows;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Stamp;
import java.util.Arrays;
import org.agrona.UnsafeApi;
import org.jspecify.annotations.Nullable;

/**
 * Uniform sampling with replacement, in rounds: draw a row for every lane that is still empty; touch their stamps, so
 * that the cache misses overlap; a lane whose row ends no transition, begins no window, or is not published stays
 * empty. When none is empty, copy all lanes and take the stamps again: a lane whose row changed meanwhile is empty
 * again. When some lanes are empty after {@value #MAX_ROUNDS} rounds, with windows more, the rows that can be drawn are
 * listed and drawn from.
 *
 * <p>Lock-free: rounds are bounded.
 */
public final class UniformSampler extends RingSampler {
    private static final int MAX_ROUNDS = 32;
    private static final int MAX_LISTINGS = 32;

    private final @Nullable Windows windows;
    /** Null where all rows are drawn from. */
    private final @Nullable ChosenRows chosen;
    /** What can be drawn, when it was listed. */
    private long[] listed = new long[64];

    /**
     * A sampler.
     *
     * @param spec with its columns spelled out
     * @param source what to draw from
     * @param epoch this sampler's record
     * @param counters this sampler's
     * @param onClose frees the name and the record
     */
    public UniformSampler(
            SamplerSpec spec, Source source, EpochRecord epoch, SampleCounters counters, Runnable onClose) {
        super(spec, source, epoch, counters, onClose);
        this.windows = spec.windows();
        this.chosen = spec.episodes() == null ? null : new ChosenRows(spec.episodes(), source);
    }

    /**
     * So many that a lane is hardly ever left over: of the rows one in a stride begins a window. But no more draws than
     * it takes to look at every row.
     */
    private long rounds(long size) {
        return windows == null
                ? MAX_ROUNDS
                : MAX_ROUNDS + Math.min(MAX_ROUNDS * (windows.stride() - 1L), size / lanes().length);
    }

    @Override
    public void updateTdErrors(Batch batch, float[] tdErrors) {
        throw hasNoPriorities();
    }

    @Override
    public void updatePriorities(Batch batch, float[] priorities) {
        throw hasNoPriorities();
    }

    @Override
    public void updatePriorities(long incarnation, long[] sequences, float[] priorities) {
        throw hasNoPriorities();
    }

    @Override
    boolean fill(OffHeapBatch batch, long tail, long head) {
        long oldest = oldest(tail, head);
        if (oldest >= head) {
            return false;
        }
        if (chosen == null) {
            return fill(batch, oldest, tail, head);
        }
        long state = random().state();
        boolean due = chosen.isDue(batches());
        if (due) {
            choose(chosen, oldest, tail, head);
        }
        if (chosen.since(oldest) > 0 && fill(batch, oldest, tail, head)) {
            return true;
        }
        if (due) {
            return false;
        }
        // All that was chosen is gone.
        random().restore(state);
        choose(chosen, oldest, tail, head);
        return chosen.since(oldest) > 0 && fill(batch, oldest, tail, head);
    }

    private void choose(ChosenRows rows, long oldest, long tail, long head) {
        rows.refresh(oldest, row -> row < head && canBeDrawn(row, oldest, tail));
    }

    private boolean fill(OffHeapBatch batch, long oldest, long tail, long head) {
        int[] lanes = lanes();
        DrawnRows drawn = windows == null ? ends() : starts();
        long rounds = chosen == null ? rounds(head - oldest) : MAX_ROUNDS;
        int empty = emptyAll();
        for (long round = 0; empty > 0; round++) {
            if (round < rounds) {
                for (int i = 0; i < empty; i++) {
                    drawn.set(
                            lanes[i],
                            chosen == null ? oldest + random().nextLong(head - oldest) : chosen.draw(random()));
                }
            } else {
                int drawable = round < rounds + MAX_LISTINGS ? listDrawable(oldest, tail, head) : 0;
                if (drawable == 0) {
                    return false;
                }
                for (int i = 0; i < empty; i++) {
                    drawn.set(lanes[i], listed[random().nextInt(drawable)]);
                }
            }
            empty = find(empty, oldest, tail);
            if (empty == 0) {
                empty = copy(batch);
            }
            counters().countRedraws(empty);
        }
        return true;
    }

    /** Finds what was drawn for the empty lanes and returns how many are empty still: the first of the lanes. */
    private int find(int drawn, long oldest, long tail) {
        int[] lanes = lanes();
        DrawnRows starts = starts();
        if (windows == null) {
            findTransitions(drawn, oldest);
        } else {
            starts.touch(lanes, drawn);
        }
        Elements elements = elements();
        if (elements != null) {
            elements.touch(lanes, drawn, starts);
        }
        int empty = 0;
        for (int i = 0; i < drawn; i++) {
            int lane = lanes[i];
            if (!starts.isPublished(lane)
                    || (elements != null && elements.find(lane, starts.sequence(lane), tail) != Elements.FOUND)) {
                lanes[empty++] = lane;
            }
        }
        return empty;
    }

    private void findTransitions(int drawn, long oldest) {
        int[] lanes = lanes();
        DrawnRows ends = ends();
        DrawnRows starts = starts();
        ends.touch(lanes, drawn);
        if (isArrival()) {
            for (int i = 0; i < drawn; i++) {
                starts.set(lanes[i], start(lanes[i], oldest));
            }
            starts.touch(lanes, drawn);
        }
    }

    /** The row that the transition starts from which the lane's row ends, or {@link DrawnRows#NONE}. */
    private long start(int lane, long oldest) {
        DrawnRows ends = ends();
        if (!ends.isPublished(lane) || (Stamp.flags(ends.stamp(lane)) & RowFlags.FIRST) != 0) {
            return DrawnRows.NONE;
        }
        int back = UnsafeApi.getInt(ends.address(lane) + RowDescriptor.BACK_OFFSET);
        long start = ends.sequence(lane) - back;
        return back != RowDescriptor.BACK_TOO_FAR && start >= oldest ? start : DrawnRows.NONE;
    }

    /** Lists the rows that can be drawn, in order, and returns how many. Only when they are few. */
    private int listDrawable(long oldest, long tail, long head) {
        long candidates = chosen == null ? head - oldest : chosen.since(oldest);
        int count = 0;
        for (long i = 0; i < candidates; i++) {
            long sequence = chosen == null ? oldest + i : chosen.row((int) i);
            if (canBeDrawn(sequence, oldest, tail)) {
                if (count == listed.length) {
                    listed = Arrays.copyOf(listed, 2 * count);
                }
                listed[count++] = sequence;
            }
        }
        return count;
    }

    /** Whether a row ends a transition, or begins a window, that can be sampled. Uses the first of the lanes. */
    private boolean canBeDrawn(long sequence, long oldest, long tail) {
        int[] lanes = lanes();
        int first = lanes[0];
        (windows == null ? ends() : starts()).set(first, sequence);
        boolean found = find(1, oldest, tail) == 0;
        lanes[0] = first;
        return found;
    }

    private IllegalStateException hasNoPriorities() {
        return new IllegalStateException("sampler '" + spec().name()
                + "' is uniform and has no priorities to update; begin with SamplerSpec.prioritized");
    }
}
