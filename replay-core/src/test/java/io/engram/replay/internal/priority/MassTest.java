package io.engram.replay.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MassTest {
    @Test
    void noPriorityHasNoMass() {
        for (double alpha : new double[] {0, 0.6, 10}) {
            assertThat(Mass.of(Mass.exact(0, alpha))).isZero();
            assertThat(Mass.of(Mass.exact(-0.0, alpha))).isZero();
        }
        assertThat(Mass.isClamped(0)).isFalse();
    }

    @Test
    void massIsThePowerInSteps() {
        assertThat(Mass.of(Mass.exact(1, 0.6))).isEqualTo(1 << 20);
        assertThat(Mass.of(Mass.exact(4, 0.5))).isEqualTo(2 << 20);
        assertThat(Mass.of(Mass.exact(123, 0))).isEqualTo(1 << 20);
        assertThat(Mass.of(Mass.exact(0.5, 2))).isEqualTo(1 << 18);
    }

    @Test
    void massIsRoundedToTheNearest() {
        assertThat(Mass.of(6.49)).isEqualTo(6);
        assertThat(Mass.of(6.5)).isEqualTo(7);
        assertThat(Mass.of(0.5)).isEqualTo(1);
        assertThat(Mass.of(1.49)).isEqualTo(1);
    }

    @Test
    void positiveMassStaysWithinItsBounds() {
        for (double small : new double[] {Double.MIN_VALUE, 1e-300, 0.49}) {
            assertThat(Mass.of(small)).isEqualTo(1);
            assertThat(Mass.isClamped(small)).isTrue();
        }
        for (double large : new double[] {Math.nextUp((double) Mass.MAX), 1e15, 1e300, Double.POSITIVE_INFINITY}) {
            assertThat(Mass.of(large)).isEqualTo(Mass.MAX);
            assertThat(Mass.isClamped(large)).isTrue();
        }
        for (double within : new double[] {0.5, 1, 1e6, Math.nextDown((double) Mass.MAX), (double) Mass.MAX}) {
            assertThat(Mass.of(within)).isBetween(1L, Mass.MAX);
            assertThat(Mass.isClamped(within)).isFalse();
        }
    }

    @Test
    void largestPrioritiesHaveTheLargestMass() {
        for (double priority : new double[] {1e30, Double.MAX_VALUE}) {
            for (double alpha : new double[] {0.3, 1, 10}) {
                assertThat(Mass.of(Mass.exact(priority, alpha))).isEqualTo(Mass.MAX);
            }
        }
        assertThat(Mass.of(Mass.exact(Double.MIN_VALUE, 10))).isEqualTo(1);
    }

    @Test
    void massNeverFallsAsPriorityRises() {
        for (double alpha : new double[] {0, 0.6, 1, 2.5}) {
            long before = 0;
            for (double priority = 1e-12; priority < 1e12; priority *= 1.01) {
                long mass = Mass.of(Mass.exact(priority, alpha));
                assertThat(mass).as("%s^%s", priority, alpha).isGreaterThanOrEqualTo(before);
                before = mass;
            }
        }
    }

    @Test
    void fullTreeDoesNotOverflow() {
        long full = Math.multiplyExact(Mass.MAX, (long) Leaves.count(Leaves.MAX_CAPACITY));
        assertThat(full).isLessThanOrEqualTo((1L << 62) + (1L << 45));
        // Room for operations under way.
        assertThat((Long.MAX_VALUE - full) / Mass.MAX).isGreaterThan(1 << 26);
    }
}
