package io.engram.replay.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Prioritization.Draw;
import io.engram.replay.SplitMix64;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StrataTest {
    @Test
    void everyUnitOfMassIsMeantByExactlyAsManyPairsAsThereArePlaces() {
        for (int size = 1; size <= 9; size++) {
            for (int total = 1; total <= 40; total++) {
                int[] pairs = new int[total];
                for (int place = 0; place < size; place++) {
                    for (int unit = 0; unit < total; unit++) {
                        long drawn = Strata.draw(Draw.STRATIFIED, place, size, total, generatorOf(unit, total));
                        // The pair of place and unit in the order of all pairs, cut into as many parts as units.
                        assertThat(drawn).isEqualTo((place * total + unit) / size);
                        pairs[(int) drawn]++;
                    }
                }
                assertThat(pairs).as("size=%d, total=%d", size, total).containsOnly(size);
            }
        }
    }

    @Test
    void largestTotalDoesNotOverflow() {
        SplitMix64 random = new SplitMix64(1);
        SplitMix64 same = new SplitMix64(1);
        for (long total : new long[] {(1L << 62) + (1L << 45), (1L << 62) - 12_345, 1L << 62, (1L << 61) + 7}) {
            for (int size : new int[] {1, 3, 1000, 1 << 20, (1 << 30) - 1}) {
                for (int place : new int[] {0, size / 2, size - 1}) {
                    BigInteger expected = BigInteger.valueOf(place)
                            .multiply(BigInteger.valueOf(total))
                            .add(BigInteger.valueOf(same.nextLong(total)))
                            .divide(BigInteger.valueOf(size));
                    assertThat(Strata.draw(Draw.STRATIFIED, place, size, total, random))
                            .as("place=%d, size=%d, total=%d", place, size, total)
                            .isEqualTo(expected.longValueExact())
                            .isBetween(0L, total - 1);
                }
            }
        }
    }

    @Test
    void independentDrawIsTheGeneratorsWhateverThePlace() {
        SplitMix64 random = new SplitMix64(1);
        SplitMix64 same = new SplitMix64(1);
        for (int place = 0; place < 50; place++) {
            assertThat(Strata.draw(Draw.INDEPENDENT, place, 50, 1000, random)).isEqualTo(same.nextLong(1000));
        }
    }

    @Test
    void morePlacesThanUnitsReachAllUnits() {
        SplitMix64 random = new SplitMix64(1);
        Set<Long> drawn = new HashSet<>();
        for (int place = 0; place < 10; place++) {
            drawn.add(Strata.draw(Draw.STRATIFIED, place, 10, 3, random));
        }
        assertThat(drawn).containsExactlyInAnyOrder(0L, 1L, 2L);
    }

    /** A generator whose next value below a bound is the one wanted. */
    private static SplitMix64 generatorOf(long wanted, long bound) {
        SplitMix64 random = new SplitMix64(0);
        while (true) {
            long state = random.state();
            if (random.nextLong(bound) == wanted) {
                random.restore(state);
                return random;
            }
        }
    }
}
