package io.engram.replay.offheap.internal.sample;

import io.engram.replay.Batch;
import io.engram.replay.Prioritization;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Windows;
import io.engram.replay.internal.priority.Priorities;
import io.engram.replay.internal.priority.Strata;
import io.engram.replay.internal.priority.Weights;
import io.engram.replay.internal.priority.WindowErrors;
import io.engram.replay.offheap.internal.epoch.EpochRecord;
import io.engram.replay.offheap.internal.priority.Leaf;
import io.engram.replay.offheap.internal.priority.PriorityUpdate;
import io.engram.replay.offheap.internal.priority.RingIndex;
import io.engram.replay.offheap.internal.priority.TreeWalk;
import io.engram.replay.offheap.internal.ring.Links;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import java.util.Arrays;
import java.util.Objects;
import org.agrona.UnsafeApi;

/**
 * Sampling by priority, with replacement, in rounds: draw a unit of mass for every lane that is still empty and find
 * its leaf; then the row that the leaf is for, by the window, and the row behind it, by its link. A lane stays empty if
 * the unit was in no leaf, or the leaf's transition cannot be read any more. When none is empty, copy and take the
 * stamps again. After {@value #MAX_ROUNDS} rounds a lane goes on to the next leaf with mass, {@value #MAX_STEPS} times
 * at most; then all that can be sampled is listed and drawn from.
 *
 * <p>Before each round all that has left the window is evicted; so with no other operation under way nothing is drawn
 * twice. Rounds after the first look at the window and the total as they are then; probabilities are those of the last.
 *
 * <p>Lock-free: rounds are bounded.
 */
public final class PrioritizedSampler extends RingSampler {
    private static final int MAX_ROUNDS = 32;
    private static final int STRATIFIED_ROUNDS = 16;
    private static final int MAX_STEPS = 32;
    private static final int MAX_LISTINGS = 32;

    private final Prioritization how;
    private final RingIndex index;
    private final TreeWalk walk;
    private final PriorityUpdate update;
    private final long[] masses;
    private final long[] links;
    private double[] priorities;
    /** By lane: the last leaf that was found. */
    private final int[] leaves;
    /** The mass that can be drawn, and what of the whole comes before it. */
    private long total;

    /** What can be sampled, when it was listed. */
    private int[] listedLeaves = new int[64];

    private long[] listedMasses = new long[64];

    private long skipped;
    private long whole;

    /**
     * A sampler.
     *
     * @param spec with its columns spelled out, and a prioritization
     * @param source what to draw from
     * @param index what to draw by
     * @param epoch this sampler's record
     * @param counters this sampler's
     * @param onClose frees the name and the record
     */
    public PrioritizedSampler(
            SamplerSpec spec,
            Source source,
            RingIndex index,
            EpochRecord epoch,
            SampleCounters counters,
            Runnable onClose) {
        super(spec, source, epoch, counters, onClose);
        int size = spec.batchSize();
        this.how = Objects.requireNonNull(spec.prioritization());
        this.index = index;
        this.walk = new TreeWalk(index.tree(), size);
        this.update = new PriorityUpdate(index);
        this.masses = new long[size];
        this.links = new long[size];
        this.leaves = new int[size];
        this.priorities = new double[size];
    }

    @Override
    public void updateTdErrors(Batch batch, float[] tdErrors) {
        requireOpen();
        Windows windows = spec().windows();
        Priorities.requireFinite(tdErrors, batch.size() * (windows == null ? 1 : windows.positions()));
        double epsilon = index.settings().epsilon();
        double[] given = priorities(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            double error = windows == null
                    ? Math.abs((double) tdErrors[i])
                    : WindowErrors.of(
                            tdErrors,
                            windows.firstLearned(i, batch.steps(i), batch.burnIn(i)),
                            batch.steps(i) - batch.burnIn(i),
                            how.eta());
            given[i] = error + epsilon;
        }
        apply(batch.incarnation(), sequences(batch), batch.size());
    }

    @Override
    public void updatePriorities(Batch batch, float[] newPriorities) {
        updatePriorities(batch.incarnation(), sequences(batch), newPriorities);
    }

    @Override
    public void updatePriorities(long ofIncarnation, long[] sequences, float[] newPriorities) {
        requireOpen();
        Priorities.requirePriorities(newPriorities, sequences.length);
        double[] given = priorities(sequences.length);
        for (int i = 0; i < sequences.length; i++) {
            given[i] = newPriorities[i];
        }
        apply(ofIncarnation, sequences, sequences.length);
    }

    private static long[] sequences(Batch batch) {
        if (batch instanceof OffHeapBatch own) {
            return own.sequences();
        }
        long[] sequences = new long[batch.size()];
        for (int row = 0; row < sequences.length; row++) {
            sequences[row] = batch.sequence(row);
        }
        return sequences;
    }

    private double[] priorities(int count) {
        if (priorities.length < count) {
            priorities = new double[count];
        }
        return priorities;
    }

    private void apply(long ofIncarnation, long[] sequences, int count) {
        enter();
        try {
            if (ofIncarnation == incarnation()) {
                update.apply(sequences, priorities, count);
                counters().countUpdates(update.applied(), update.stale(), update.clamped());
            } else {
                counters().countUpdates(0, count, 0);
            }
        } finally {
            exit();
        }
    }

    @Override
    boolean fill(OffHeapBatch batch, long tail, long head) {
        if (!addUp(tail, head)) {
            return false;
        }
        int empty = emptyAll();
        long from = tail;
        long to = head;
        for (int round = 0; empty > 0; round++) {
            if (round > 0) {
                // Others are at work: the window and the total have moved on.
                to = ring().head();
                from = ring().tail(to);
                if (!addUp(from, to)) {
                    return false;
                }
            }
            if (round < MAX_ROUNDS) {
                draw(empty, round < STRATIFIED_ROUNDS ? how.draw() : Prioritization.Draw.INDEPENDENT);
            } else if (round < MAX_ROUNDS + MAX_STEPS ? !step(empty) : !drawListed(round, empty, from, to)) {
                return false;
            }
            empty = find(empty, from, oldest(from, to));
            if (empty == 0) {
                empty = copy(batch);
            }
            counters().countRedraws(empty);
        }
        weigh(batch.drawnWeights());
        return true;
    }

    /** Finds out what mass can be drawn; false if there is none. */
    private boolean addUp(long tail, long head) {
        index.evictTo(tail);
        total = walk.total();
        skipped = 0;
        long oldest = oldest(tail, head);
        if (oldest >= head) {
            return false;
        }
        if (oldest > tail && total > 0) {
            // Leaves are in the order of rows, around the end: what is too old is one run of them.
            int count = index.tree().count();
            long all = total;
            skipped = walk.massBefore((int) (oldest % count));
            long tooOld = skipped - walk.massBefore((int) (tail % count));
            total = all - (tooOld < 0 ? tooOld + all : tooOld);
            whole = all;
        }
        return total > 0;
    }

    private void draw(int empty, Prioritization.Draw draw) {
        int[] lanes = lanes();
        int size = lanes.length;
        for (int i = 0; i < empty; i++) {
            long unit = Strata.draw(draw, lanes[i], size, total, random()) + skipped;
            walk.set(i, skipped > 0 && unit >= whole ? unit - whole : unit);
        }
        walk.find(empty);
    }

    /** Goes on from the leaves of the last round. */
    private boolean step(int empty) {
        counters().countSteps(empty);
        int[] lanes = lanes();
        for (int i = 0; i < empty; i++) {
            if (!walk.step(i, (leaves[lanes[i]] + 1) % index.tree().count())) {
                return false;
            }
        }
        return true;
    }

    /** Draws for the empty lanes from all that can be sampled, in the order of rows. Only when they are few. */
    private boolean drawListed(int round, int empty, long tail, long head) {
        long sum = round < MAX_ROUNDS + MAX_STEPS + MAX_LISTINGS ? list(tail, head) : 0;
        for (int i = 0; i < empty && sum > 0; i++) {
            long rest = random().nextLong(sum);
            int at = 0;
            while (rest >= listedMasses[at]) {
                rest -= listedMasses[at++];
            }
            // False if others have taken the last mass since.
            sum = walk.step(i, listedLeaves[at]) ? sum : 0;
        }
        return sum > 0;
    }

    /** Lists the leaves that can be sampled, and returns their mass. */
    private long list(long tail, long head) {
        int[] lanes = lanes();
        int first = lanes[0];
        int count = index.tree().count();
        long oldest = oldest(tail, head);
        int listed = 0;
        long sum = 0;
        long next = oldest;
        while (next < head && walk.step(0, (int) (next % count))) {
            long row = next + Math.floorMod(walk.leaf(0) - (int) (next % count), count);
            if (row < head && find(1, tail, oldest) == 0) {
                if (listed == listedLeaves.length) {
                    listedLeaves = Arrays.copyOf(listedLeaves, 2 * listed);
                    listedMasses = Arrays.copyOf(listedMasses, 2 * listed);
                }
                listedLeaves[listed] = leaves[first];
                listedMasses[listed] = masses[first];
                sum += masses[first];
                listed++;
            }
            lanes[0] = first;
            next = row + 1;
        }
        return sum;
    }

    /** Finds the rows of the leaves found for the empty lanes; returns how many are empty still: the first of them. */
    private int find(int drawn, long tail, long oldest) {
        int[] lanes = lanes();
        DrawnRows starts = starts();
        int count = index.tree().count();
        // The window begins in this turn around the leaves; leaves before the tail's are of the next.
        long turn = tail / count * count;
        int first = (int) (tail - turn);
        long generation = Leaf.generation(tail, count);
        long nextGeneration = (generation + 1) & Leaf.GENERATION_MASK;
        for (int i = 0; i < drawn; i++) {
            int leaf = walk.leaf(i);
            int lane = lanes[i];
            long sequence = DrawnRows.NONE;
            if (leaf >= 0) {
                leaves[lane] = leaf;
                boolean next = leaf < first;
                if (Leaf.isLive(walk.word(i), next ? nextGeneration : generation)) {
                    sequence = turn + leaf + (next ? count : 0);
                }
                masses[lane] = Leaf.mass(walk.word(i));
            }
            starts.set(lane, sequence);
        }
        starts.touch(lanes, drawn);
        if (isArrival()) {
            findEnds(drawn);
        }
        Elements elements = elements();
        if (elements != null) {
            elements.touch(lanes, drawn, starts);
        }
        int empty = 0;
        for (int i = 0; i < drawn; i++) {
            int lane = lanes[i];
            long start = starts.sequence(lane);
            if (!starts.isPublished(lane) || !endIsFound(lane)) {
                lanes[empty++] = lane;
                removeIfLost(start);
            } else if (start < oldest) {
                lanes[empty++] = lane;
            } else if (elements != null) {
                int found = elements.find(lane, start, tail);
                if (found != Elements.FOUND) {
                    lanes[empty++] = lane;
                }
                if (found == Elements.NO_WINDOW) {
                    removeIfLost(start);
                }
            }
        }
        return empty;
    }

    private void findEnds(int drawn) {
        int[] lanes = lanes();
        DrawnRows ends = ends();
        starts().touchLinks(lanes, drawn, links);
        for (int i = 0; i < drawn; i++) {
            ends.set(lanes[i], links[lanes[i]]);
        }
        ends.touch(lanes, drawn);
    }

    /** Whether the row behind the lane's is there; a lost link is looked for. */
    private boolean endIsFound(int lane) {
        if (!isArrival()) {
            return true;
        }
        DrawnRows ends = ends();
        if (leadsTo(lane)) {
            return true;
        }
        ends.set(lane, Links.find(ring(), starts().sequence(lane)));
        ends.touch(lane);
        return leadsTo(lane);
    }

    /**
     * A leaf that is live says that its transition was published: if that is still to be in the window and is not
     * there, a power loss took it, and nobody else would ever take out its mass.
     */
    private void removeIfLost(long start) {
        if (start != DrawnRows.NONE && start >= ring().tail(ring().head())) {
            index.remove(start);
        }
    }

    private boolean leadsTo(int lane) {
        DrawnRows ends = ends();
        return ends.isPublished(lane)
                && UnsafeApi.getInt(ends.address(lane) + RowDescriptor.BACK_OFFSET)
                        == ends.sequence(lane) - starts().sequence(lane);
    }

    private void weigh(Weights weights) {
        System.arraycopy(masses, 0, weights.masses(), 0, masses.length);
        double beta = how.beta().beta(batches());
        switch (how.normalization()) {
            case BATCH_MAXIMUM -> weights.compute(total, (double) weights.leastMass(), beta, true);
            case BUFFER_BOUND -> weights.compute(total, (double) index.leastMass(), beta, true);
            case NONE ->
                weights.compute(total, (double) total / (double) Math.max(1, index.transitions()), beta, false);
        }
    }
}
