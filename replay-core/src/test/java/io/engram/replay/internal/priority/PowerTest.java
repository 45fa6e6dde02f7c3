package io.engram.replay.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.replay.SplitMix64;
import org.junit.jupiter.api.Test;

class PowerTest {
    private static final double ERROR = 1e-13;
    private static final int CASES = 100_000;

    private final SplitMix64 random = new SplitMix64(3);

    @Test
    void powersAreThoseOfStrictMath() {
        double worst = 0;
        for (int i = 0; i < CASES; i++) {
            double x = logUniform();
            double y = 2 * random.nextDouble() - 1;
            worst = Math.max(worst, error(x, y));
        }
        assertThat(worst).isPositive().isLessThan(ERROR);
    }

    @Test
    void powersAtTheEdgesOfTheTablesAreThoseOfStrictMath() {
        for (int i = 0; i <= 256; i++) {
            double edge = 1 + i / 256.0;
            for (double x : new double[] {Math.nextDown(edge), edge, Math.nextUp(edge)}) {
                for (double y : new double[] {-1, -0.7, -0x1p-8, 0x1p-8, 0.6, Math.nextDown(1.0), 1}) {
                    assertThat(error(x, y)).as("%s^%s", x, y).isLessThan(ERROR);
                    assertThat(error(x * 1e6, y)).as("%s^%s", x * 1e6, y).isLessThan(ERROR);
                }
                // Results at the edges of the other table.
                assertThat(error(2, i / 256.0 - 0.5)).isLessThan(ERROR);
                assertThat(error(2, Math.nextUp(i / 256.0 - 0.5))).isLessThan(ERROR);
            }
        }
    }

    @Test
    void largeExponentsAreAsExactWhereResultsAreWithinRange() {
        for (int i = 0; i < CASES; i++) {
            double y = 10 * random.nextDouble();
            double x = StrictMath.pow(2, (120 * random.nextDouble() - 60) / Math.max(1, y));
            assertThat(error(x, y)).as("%s^%s", x, y).isLessThan(ERROR);
        }
    }

    @Test
    void anythingToTheZerothAndOneToAnythingAreExactlyOne() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(Power.pow(logUniform(), 0)).isEqualTo(1);
            assertThat(Power.pow(logUniform(), -0.0)).isEqualTo(1);
            assertThat(Power.pow(1, 2 * random.nextDouble() - 1)).isEqualTo(1);
        }
        assertThat(Power.pow(1, 10)).isEqualTo(1);
        assertThat(Power.pow(Double.MIN_VALUE, 0)).isEqualTo(1);
        assertThat(Power.pow(Double.MAX_VALUE, 0)).isEqualTo(1);
    }

    @Test
    void powersOfTwoAreNearlyExact() {
        for (int exponent = -50; exponent <= 50; exponent++) {
            assertThat(Power.pow(2, exponent))
                    .isCloseTo(Math.scalb(1.0, exponent), within(Math.scalb(1e-15, exponent)));
        }
    }

    @Test
    void subnormalNumbersHavePowersToo() {
        for (double x : new double[] {
            Double.MIN_VALUE, 3 * Double.MIN_VALUE, 1e-310, Math.nextDown(Double.MIN_NORMAL), Double.MIN_NORMAL
        }) {
            for (double y : new double[] {0.01, 0.05, -0.05, 1e-6}) {
                assertThat(error(x, y)).as("%s^%s", x, y).isLessThan(ERROR);
            }
            // Less exact so far from 1, but not wrong.
            assertThat(error(x, 0.6)).as("%s^0.6", x).isLessThan(1e-11);
        }
    }

    @Test
    void resultsAreClamped() {
        assertThat(Power.pow(Double.MIN_VALUE, 10)).isEqualTo(0x1p-1000);
        assertThat(Power.pow(Double.MIN_VALUE, -10)).isEqualTo(0x1p1000);
        assertThat(Power.pow(Double.MAX_VALUE, 10)).isEqualTo(0x1p1000);
        assertThat(Power.pow(Double.MAX_VALUE, -10)).isEqualTo(0x1p-1000);
    }

    private static double error(double x, double y) {
        double expected = StrictMath.pow(x, y);
        return Math.abs(Power.pow(x, y) - expected) / expected;
    }

    /** From 1e-12 to 1e12. */
    private double logUniform() {
        return StrictMath.pow(10, 24 * random.nextDouble() - 12);
    }
}
