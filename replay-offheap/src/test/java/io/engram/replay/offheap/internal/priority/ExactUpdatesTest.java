package io.engram.replay.offheap.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.SplitMix64;
import io.engram.replay.internal.priority.Mass;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** After any number of updates by four threads every sum is exact, and at no moment less than what is below it. */
class ExactUpdatesTest {
    private static final int THREADS = 4;
    private static final int LEAVES = 1 << 17;

    @Test
    void sumsAreExactAfterUpdatesOfFourThreads() throws Exception {
        run(4_000_000);
    }

    @Test
    @Tag("soak")
    void sumsAreExactAfterABillionUpdatesOfFourThreads() throws Exception {
        run(1_000_000_000);
    }

    private static void run(long updates) throws Exception {
        SumTree tree = new SumTree(Trees.leaves(LEAVES), LEAVES);
        for (int leaf = 0; leaf < LEAVES; leaf++) {
            tree.insert(leaf, 1, 1);
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Long>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(updater(tree, i, updates / THREADS)));
            }
            long applied = 0;
            for (Future<Long> each : running) {
                applied += each.get();
            }
            assertThat(applied).isEqualTo(updates / THREADS * THREADS);
        } finally {
            threads.shutdown();
        }
        Trees.requireExact(tree);
        assertThat(new TreeWalk(tree, 1).total()).isEqualTo(Trees.total(tree)).isPositive();
        tree.free();
    }

    /** Half of the updates go to few leaves, so that threads meet. */
    private static Callable<Long> updater(SumTree tree, long seed, long updates) {
        return () -> {
            SplitMix64 random = new SplitMix64(seed);
            long applied = 0;
            for (long i = 0; i < updates; i++) {
                long bits = random.nextLong();
                int leaf = (int) (bits >>> 1) & ((bits & 1) == 0 ? 15 : LEAVES - 1);
                applied += tree.set(leaf, 1, (bits >>> 20) & (Mass.MAX - 1)) ? 1 : 0;
            }
            return applied;
        };
    }
}
