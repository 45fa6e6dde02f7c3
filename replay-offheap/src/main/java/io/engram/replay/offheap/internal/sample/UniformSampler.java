package io.engram.replay.offheap.internal.sample;

import io.engram.replay.Batch;
import io.engram.replay.SamplerSpec;
import io.engram.replay.internal.RowFlags;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
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
 * <p>Lock-free: rounds are bounded.
 */
public final class UniformSampler extends RingSampler {
    private static final int MAX_ROUNDS = 32;
    private static final int MAX_LISTINGS = 32;

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
        int[] lanes = lanes();
        DrawnRows ends = ends();
        int empty = emptyAll();
        for (int round = 0; empty > 0; round++) {
            if (round < MAX_ROUNDS) {
                for (int i = 0; i < empty; i++) {
                    ends.set(lanes[i], tail + random().nextLong(head - tail));
                }
            } else {
                long[] drawable = round < MAX_ROUNDS + MAX_LISTINGS ? drawable(tail, head) : new long[0];
                if (drawable.length == 0) {
                    return false;
                }
                for (int i = 0; i < empty; i++) {
                    ends.set(lanes[i], drawable[random().nextInt(drawable.length)]);
                }
            }
            empty = find(empty, tail);
            if (empty == 0) {
                empty = copy(batch);
            }
            counters().countRedraws(empty);
        }
        return true;
    }

    /** Finds what was drawn for the empty lanes and returns how many are empty still: the first of the lanes. */
    private int find(int drawn, long tail) {
        int[] lanes = lanes();
        DrawnRows ends = ends();
        DrawnRows starts = starts();
        ends.touch(lanes, drawn);
        if (isArrival()) {
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
        DrawnRows ends = ends();
        if (!ends.isPublished(lane) || (Stamp.flags(ends.stamp(lane)) & RowFlags.FIRST) != 0) {
            return DrawnRows.NONE;
        }
        int back = UnsafeApi.getInt(ends.address(lane) + RowDescriptor.BACK_OFFSET);
        long start = ends.sequence(lane) - back;
        return back != RowDescriptor.BACK_TOO_FAR && start >= tail ? start : DrawnRows.NONE;
    }

    /** The rows of the window that end a transition, in order. Only when there are next to none. */
    private long[] drawable(long tail, long head) {
        int[] lanes = lanes();
        int[] saved = lanes.clone();
        long[] found = new long[64];
        int count = 0;
        for (long sequence = tail; sequence < head; sequence++) {
            ends().set(lanes[0], sequence);
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

    private IllegalStateException hasNoPriorities() {
        return new IllegalStateException("sampler '" + spec().name()
                + "' is uniform and has no priorities to update; begin with SamplerSpec.prioritized");
    }
}
