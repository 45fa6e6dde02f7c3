package io.engram.replay.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.replay.SplitMix64;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RankMassesTest {
    private static final double ALPHA = 0.7;

    private final SplitMix64 random = new SplitMix64(8);

    @Test
    void beforeARankingAllHaveRankOne() {
        RankMasses none = RankMasses.none(ALPHA);
        for (float priority : new float[] {Float.MIN_VALUE, 1, Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
            assertThat(none.mass(priority)).isEqualTo(Mass.MAX);
        }
        assertThat(none.mass(0)).isZero();
        assertThat(none.mass(-0.0f)).isZero();
    }

    @Test
    void rankingOfNothingLeavesRankOne() {
        assertThat(RankMasses.of(ALPHA, new long[3], 0).mass(5)).isEqualTo(Mass.MAX);
    }

    @Test
    void massesFallWithTheRank() {
        for (double alpha : new double[] {0, 0.1, 0.7, 1, 10}) {
            RankMasses ranking = RankMasses.none(alpha);
            assertThat(ranking.massOfRank(1)).isEqualTo(Mass.MAX);
            long before = Mass.MAX;
            for (long rank = 1; rank < 1L << 27; rank += 1 + rank / 50) {
                long mass = ranking.massOfRank(rank);
                double expected = Math.max(1, StrictMath.pow((double) rank, -alpha) * 0x1p35);
                assertThat((double) mass).as("rank=%d, alpha=%s", rank, alpha).isCloseTo(expected, within(0.51));
                assertThat(mass).isBetween(1L, before);
                before = mass;
            }
        }
    }

    @Test
    void keysAreInTheOrderOfPrioritiesThenLeaves() {
        float[] priorities = {0, Float.MIN_VALUE, 1e-30f, 0.5f, 1, Math.nextUp(1f), 1e30f, Float.MAX_VALUE};
        long before = -1;
        for (float priority : priorities) {
            for (int leaf : new int[] {0, 1, 63, 1 << 27, Integer.MAX_VALUE}) {
                long key = RankMasses.key(priority, leaf);
                assertThat(key).isGreaterThan(before);
                assertThat(RankMasses.leaf(key)).isEqualTo(leaf);
                before = key;
            }
        }
    }

    @Test
    void rankingSortsOnlyTheFirstKeys() {
        long[] keys = {RankMasses.key(3, 0), RankMasses.key(1, 1), RankMasses.key(2, 2), -5, -7};
        RankMasses.of(ALPHA, keys, 3);
        assertThat(keys).containsExactly(RankMasses.key(1, 1), RankMasses.key(2, 2), RankMasses.key(3, 0), -5, -7);
    }

    @Test
    void smallRankingIsAnsweredExactly() {
        for (int count : new int[] {1, 2, 3, 50, 255, 256}) {
            float[] priorities = priorities(count);
            RankMasses ranking = rank(priorities);
            for (int i = 0; i < 500; i++) {
                float asked = i < count ? priorities[i] : random.nextInt(60) * 0.25f + 0.125f;
                assertThat(ranking.mass(asked))
                        .as("count=%d, priority=%s", count, asked)
                        .isEqualTo(ranking.massOfRank(rank(priorities, asked)));
            }
            assertThat(ranking.mass(0)).isZero();
            assertThat(ranking.mass(Float.MIN_VALUE)).isEqualTo(ranking.massOfRank(count + 1));
        }
    }

    @Test
    void largeRankingIsAnsweredWithinAStep() {
        int count = 20_000;
        float[] priorities = new float[count];
        for (int i = 0; i < count; i++) {
            priorities[i] = (float) random.nextDouble() + 0.01f;
        }
        RankMasses ranking = rank(priorities);
        long before = 0;
        Arrays.sort(priorities);
        for (int i = 0; i < count; i++) {
            long rank = (long) count - i;
            long mass = ranking.mass(priorities[i]);
            assertThat(mass).as("rank=%d", rank).isGreaterThanOrEqualTo(before);
            double exact = (double) ranking.massOfRank(rank);
            assertThat((double) mass / exact).as("rank=%d", rank).isBetween(1 - ALPHA / 256, 1 + ALPHA / 256);
            before = mass;
        }
    }

    /** Quarters, so that several are equal. */
    private float[] priorities(int count) {
        float[] priorities = new float[count];
        for (int i = 0; i < count; i++) {
            priorities[i] = (1 + random.nextInt(60)) * 0.25f;
        }
        return priorities;
    }

    private static RankMasses rank(float[] priorities) {
        long[] keys = new long[priorities.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = RankMasses.key(priorities[i], i);
        }
        return RankMasses.of(ALPHA, keys, keys.length);
    }

    private static long rank(float[] priorities, float asked) {
        long rank = 1;
        for (float priority : priorities) {
            rank += priority > asked ? 1 : 0;
        }
        return rank;
    }
}
