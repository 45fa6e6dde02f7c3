package io.engram.replay.offheap.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Prioritization;
import io.engram.replay.SplitMix64;
import io.engram.replay.internal.priority.Strata;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

/**
 * Every positive leaf of a large tree is reached: of N equal leaves 8 N independent draws see a share of 1 - (1 -
 * 1/N)^8N, which is 1 - e^-8. What is not seen is close to a Poisson count of mean N e^-8; the bounds are five standard
 * deviations off, a false alarm in 3 million seeds. A tree of 32-bit floats fails.
 */
class ReachTest {
    private static final int BATCH = 1024;

    @Test
    void everyLeafIsReachedInALargeTree() {
        int leaves = 1 << 24;
        long address = Trees.leaves(leaves);
        SumTree tree = new SumTree(address, leaves);
        // Masses that a float of their sum could not tell apart.
        fill(tree, leaves, 1_000_003);
        BitSet seen = new BitSet(leaves);
        TreeWalk walk = new TreeWalk(tree, BATCH);
        SplitMix64 random = new SplitMix64(11);
        long total = walk.total();
        assertThat(total).isEqualTo(leaves * 1_000_003L);
        for (long draw = 0; draw < 8L * leaves; draw += BATCH) {
            for (int place = 0; place < BATCH; place++) {
                walk.set(place, Strata.draw(Prioritization.Draw.STRATIFIED, place, BATCH, total, random));
            }
            walk.find(BATCH);
            for (int place = 0; place < BATCH; place++) {
                seen.set(walk.leaf(place));
            }
        }
        requireAllButFew(leaves - seen.cardinality(), leaves);
        tree.free();
    }

    /** Smaller, because it is slow; from 2^22 equal leaves on the sums of floats are coarser than a leaf's share. */
    @Test
    void treeOfFloatsIsCaught() {
        int leaves = 1 << 22;
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
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> requireAllButFew(missed, leaves))
                .isInstanceOf(AssertionError.class);
    }

    private static void fill(SumTree tree, int leaves, long mass) {
        for (int leaf = 0; leaf < leaves; leaf++) {
            tree.compareAndSet(leaf, Leaf.FRESH, Leaf.live(1, mass));
        }
        tree.rebuild();
    }

    private static void requireAllButFew(int missed, int leaves) {
        double mean = leaves * Math.exp(-8);
        assertThat((double) missed).isBetween(mean - 5 * Math.sqrt(mean), mean + 5 * Math.sqrt(mean));
    }
}
