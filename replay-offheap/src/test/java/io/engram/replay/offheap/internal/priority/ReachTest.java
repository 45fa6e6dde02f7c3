package io.engram.replay.offheap.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Prioritization;
import io.engram.replay.SplitMix64;
import io.engram.replay.internal.priority.Strata;
import java.util.BitSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every positive leaf of a large tree is reached: of N equal leaves 8 N independent draws see a share of 1 - (1 -
 * 1/N)^8N, which is 1 - e^-8. What is not seen is close to a Poisson count of mean N e^-8; the bounds are five standard
 * deviations off, a false alarm in 3 million seeds. The sums of 32-bit floats fail.
 */
class ReachTest {
    private static final int BATCH = 1024;

    @Test
    void everyLeafIsReached() {
        requireAllButFew(missed(1 << 20, 0), 1 << 20);
    }

    @Test
    @Tag("soak")
    void everyLeafIsReachedInALargeTree() {
        int missed = missed(1 << 24, 0);
        System.out.printf("leaves=%d, seen in 8N draws=%.6f%n", 1 << 24, 1 - (double) missed / (1 << 24));
        requireAllButFew(missed, 1 << 24);
    }

    @Test
    void treeThatDoesNotReachEveryThousandthLeafIsCaught() {
        int missed = missed(1 << 20, 1000);
        assertThatThrownBy(() -> requireAllButFew(missed, 1 << 20)).isInstanceOf(AssertionError.class);
    }

    /** How many leaves are not seen; {@code skipped}: a planted bug, every so many leaves have no mass in the sums. */
    private static int missed(int leaves, int skipped) {
        SumTree tree = new SumTree(Trees.leaves(leaves), leaves);
        // A mass that is no sum of few powers of two.
        fill(tree, leaves, 1_000_003, skipped);
        BitSet seen = new BitSet(leaves);
        TreeWalk walk = new TreeWalk(tree, BATCH);
        SplitMix64 random = new SplitMix64(11);
        long total = walk.total();
        for (long draw = 0; draw < 8L * leaves; draw += BATCH) {
            for (int place = 0; place < BATCH; place++) {
                walk.set(place, Strata.draw(Prioritization.Draw.INDEPENDENT, place, BATCH, total, random));
            }
            walk.find(BATCH);
            for (int place = 0; place < BATCH; place++) {
                seen.set(walk.leaf(place));
            }
        }
        tree.free();
        return leaves - seen.cardinality();
    }

    @Test
    @Tag("soak")
    void treeOfFloatsIsCaught() {
        int leaves = 1 << 24;
        float[] sums = new float[2 * leaves];
        for (int node = leaves; node < 2 * leaves; node++) {
            sums[node] = 0.95f;
        }
        for (int node = leaves - 1; node > 0; node--) {
            sums[node] = sums[2 * node] + sums[2 * node + 1];
        }
        BitSet seen = new BitSet(leaves);
        SplitMix64 random = new SplitMix64(11);
        for (long draw = 0; draw < 8L * leaves; draw++) {
            float rest = (float) random.nextDouble() * sums[1];
            int node = 1;
            while (node < leaves) {
                node *= 2;
                if (rest >= sums[node]) {
                    rest -= sums[node];
                    node++;
                }
            }
            seen.set(node - leaves);
        }
        int missed = leaves - seen.cardinality();
        System.out.printf("floats: leaves=%d, seen in 8N draws=%.6f%n", leaves, 1 - (double) missed / leaves);
        assertThatThrownBy(() -> requireAllButFew(missed, leaves)).isInstanceOf(AssertionError.class);
    }

    private static void fill(SumTree tree, int leaves, long mass, int skipped) {
        for (int leaf = 0; leaf < leaves; leaf++) {
            if (skipped == 0 || leaf % skipped != 0) {
                tree.compareAndSet(leaf, Leaf.FRESH, Leaf.live(1, mass));
            }
        }
        tree.rebuild();
    }

    private static void requireAllButFew(int missed, int leaves) {
        double mean = leaves * Math.exp(-8);
        assertThat((double) missed).isBetween(mean - 5 * Math.sqrt(mean), mean + 5 * Math.sqrt(mean));
    }
}
