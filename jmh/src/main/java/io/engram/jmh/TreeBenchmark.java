package io.engram.jmh;

import io.engram.replay.Prioritization;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import io.engram.replay.internal.PayloadLayout;
import io.engram.replay.internal.priority.Mass;
import io.engram.replay.internal.priority.Strata;
import io.engram.replay.offheap.internal.priority.AnonymousIndex;
import io.engram.replay.offheap.internal.priority.IndexLoader;
import io.engram.replay.offheap.internal.priority.IndexMemory;
import io.engram.replay.offheap.internal.priority.Leaf;
import io.engram.replay.offheap.internal.priority.PriorityUpdate;
import io.engram.replay.offheap.internal.priority.RingIndex;
import io.engram.replay.offheap.internal.priority.TreeWalk;
import io.engram.replay.offheap.internal.ring.Ring;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.AnonymousSegments;
import org.agrona.UnsafeApi;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The tree of sums alone, without rows: 256 leaves drawn in strata, and 256 drawn beforehand updated. A hundred million
 * leaves take 830 MB. Microseconds a batch.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class TreeBenchmark extends EngramBenchmark {
    /** Enough that no cache keeps the leaves of one round through all batches until the next. */
    private static final int BATCHES = 1 << 13;

    private static final int POOL = 1 << 12;

    @Param("100000000")
    int leaves;

    private RingIndex index;
    private TreeWalk walk;
    private PriorityUpdate update;
    private SplitMix64 random;
    private final long[][] drawn = new long[BATCHES][Experience.BATCH];
    private final double[][] priorities = new double[POOL / Experience.BATCH][Experience.BATCH];
    private int at;

    /** Makes an index whose rows are nowhere, since nobody reads them; and draws. */
    @Setup
    public void open() {
        random = new SplitMix64(9);
        double[] pool = new double[POOL];
        for (int i = 0; i < POOL; i++) {
            pool[i] = -Math.log(1 - random.nextDouble());
            priorities[i / Experience.BATCH][i % Experience.BATCH] = pool[i];
        }
        PriorityIndex settings = PrioritizedBenchmark.index();
        long[] masses = new long[POOL];
        for (int i = 0; i < POOL; i++) {
            masses[i] = Mass.of(Mass.exact(pool[i], settings.alpha()));
        }
        IndexMemory memory = AnonymousIndex.create(settings, leaves);
        for (int i = 0; i < leaves; i++) {
            long word = Leaf.live(Leaf.generation(i, memory.leaves()), masses[random.nextInt(POOL)]);
            UnsafeApi.putLong(memory.address() + IndexMemory.LEAVES_OFFSET + (long) i * Long.BYTES, word);
        }
        int payload = new PayloadLayout(Experience.schema(RowLayout.SELF_CONTAINED)).length();
        SegmentGeometry geometry = SegmentGeometry.choose(payload, leaves);
        Ring ring = new Ring(geometry, leaves, new AnonymousSegments(geometry), 0, leaves);
        index = new IndexLoader(ring, any -> sequence -> true, leaves).load(settings, memory);
        walk = new TreeWalk(index.tree(), Experience.BATCH);
        update = new PriorityUpdate(index);
        for (long[] batch : drawn) {
            draw();
            for (int i = 0; i < batch.length; i++) {
                batch[i] = walk.leaf(i);
            }
        }
    }

    /** Frees the leaves and the sums. */
    @TearDown
    public void close() {
        index.free();
    }

    /**
     * Draws 256 leaves.
     *
     * @return one of them
     */
    @Benchmark
    public int draw() {
        long total = walk.total();
        for (int i = 0; i < Experience.BATCH; i++) {
            walk.set(i, Strata.draw(Prioritization.Draw.STRATIFIED, i, Experience.BATCH, total, random));
        }
        walk.find(Experience.BATCH);
        return walk.leaf(Experience.BATCH - 1);
    }

    /**
     * Updates 256 leaves.
     *
     * @return how many it were
     */
    @Benchmark
    public int update() {
        at = (at + 1) & (BATCHES - 1);
        update.apply(drawn[at], priorities[at & (priorities.length - 1)], Experience.BATCH);
        return update.applied();
    }
}
