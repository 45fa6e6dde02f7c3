package io.engram.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class SplitMix64Test {
    private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);

    @Test
    void valuesAreThoseOfThePublishedAlgorithm() {
        SplitMix64 random = new SplitMix64(1234567);
        for (String expected : new String[] {
            "6457827717110365317",
            "3203168211198807973",
            "9817491932198370423",
            "4593380528125082431",
            "16408922859458223821"
        }) {
            assertThat(Long.toUnsignedString(random.nextLong())).isEqualTo(expected);
        }
    }

    @Test
    void boundedValuesAreThoseOfTheDefinitionInUnlimitedIntegers() {
        SplitMix64 choice = new SplitMix64(99);
        for (int i = 0; i < 20_000; i++) {
            long bound = Math.max(1, (choice.nextLong() >>> 1) >>> choice.nextInt(63));
            bound = i < 3 ? new long[] {1, 2, Long.MAX_VALUE}[i] : bound;
            long seed = choice.nextLong();
            SplitMix64 random = new SplitMix64(seed);
            SplitMix64 reference = new SplitMix64(seed);
            for (int j = 0; j < 4; j++) {
                assertThat(random.nextLong(bound))
                        .as("seed=%d bound=%d", seed, bound)
                        .isEqualTo(lemire(reference, bound));
                assertThat(random.state()).isEqualTo(reference.state());
            }
        }
    }

    @Test
    void hugeBoundsAreNotBiased() {
        // Without rejection a third of the residues would come up with probability 1/4 and the others with 3/8.
        long bound = 3L << 61;
        long[] counts = new long[3];
        SplitMix64 random = new SplitMix64(7);
        for (int i = 0; i < 30_000; i++) {
            long value = random.nextLong(bound);
            assertThat(value).isBetween(0L, bound - 1);
            counts[(int) (value % 3)]++;
        }
        // Six standard deviations of a binomial count.
        double deviation = Math.sqrt(30_000 * (1.0 / 3) * (2.0 / 3));
        for (long count : counts) {
            assertThat((double) count).isBetween(10_000 - 6 * deviation, 10_000 + 6 * deviation);
        }
    }

    @Test
    void boundOfOneIsZeroAndEveryValueBelowASmallBoundComesUp() {
        SplitMix64 random = new SplitMix64(3);
        boolean[] seen = new boolean[10];
        for (int i = 0; i < 1000; i++) {
            assertThat(random.nextLong(1)).isZero();
            seen[random.nextInt(10)] = true;
        }
        assertThat(seen).containsOnly(true);
    }

    @Test
    void restoredStateContinuesTheSequence() {
        SplitMix64 random = new SplitMix64(-5);
        assertThat(random.state()).isEqualTo(-5);
        random.nextLong();
        long state = random.state();
        long next = random.nextLong();
        random.nextLong(1000);
        random.restore(state);
        assertThat(random.nextLong()).isEqualTo(next);
        assertThat(new SplitMix64(state).nextLong()).isEqualTo(next);
    }

    @Test
    void doublesAreMultiplesInTheUnitInterval() {
        SplitMix64 random = new SplitMix64(11);
        double sum = 0;
        for (int i = 0; i < 10_000; i++) {
            double value = random.nextDouble();
            assertThat(value).isGreaterThanOrEqualTo(0).isLessThan(1);
            assertThat(value * 0x1.0p53).isEqualTo(Math.rint(value * 0x1.0p53));
            sum += value;
        }
        // Six standard deviations of a mean of uniform values.
        assertThat(sum / 10_000).isBetween(0.5 - 6 * Math.sqrt(1 / 120_000.0), 0.5 + 6 * Math.sqrt(1 / 120_000.0));
    }

    private static long lemire(SplitMix64 random, long bound) {
        BigInteger big = BigInteger.valueOf(bound);
        BigInteger threshold = TWO_64.subtract(big).mod(big);
        while (true) {
            BigInteger product = new BigInteger(Long.toUnsignedString(random.nextLong())).multiply(big);
            if (product.mod(TWO_64).compareTo(threshold) >= 0) {
                return product.shiftRight(64).longValueExact();
            }
        }
    }
}
