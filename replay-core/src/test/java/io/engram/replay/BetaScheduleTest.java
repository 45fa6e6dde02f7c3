package io.engram.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class BetaScheduleTest {
    @Test
    void betaGoesInAStraightLineAndStays() {
        BetaSchedule schedule = BetaSchedule.linear(0.4, 1, 6);
        for (int batch = 0; batch < 6; batch++) {
            assertThat(schedule.beta(batch)).isCloseTo(0.4 + 0.1 * batch, within(1e-15));
        }
        assertThat(schedule.beta(0)).isEqualTo(0.4);
        assertThat(schedule.beta(6)).isEqualTo(1);
        assertThat(schedule.beta(Long.MAX_VALUE)).isEqualTo(1);
        assertThat(BetaSchedule.linear(1, 0, 4).beta(1)).isEqualTo(0.75);
    }

    @Test
    void constantAndImmediateSchedulesNeverChange() {
        for (long batch : new long[] {0, 1, Long.MAX_VALUE}) {
            assertThat(BetaSchedule.constant(0.4).beta(batch)).isEqualTo(0.4);
            assertThat(BetaSchedule.linear(0.2, 0.9, 0).beta(batch)).isEqualTo(0.9);
        }
    }

    @Test
    void longestScheduleStaysWithinItsEnds() {
        BetaSchedule schedule = BetaSchedule.linear(0.4, 1, Long.MAX_VALUE);
        assertThat(schedule.beta(Long.MAX_VALUE - 1)).isBetween(0.4, 1.0);
        assertThat(schedule.beta(Long.MAX_VALUE / 2)).isCloseTo(0.7, within(1e-12));
    }

    @Test
    void partsOutOfBoundsAreRefused() {
        for (double beta : new double[] {-0.1, 1.1, Double.NaN}) {
            refused(beta, 1, 5, "first=" + beta);
            refused(0, beta, 5, "last=" + beta);
        }
        refused(0, 1, -1, "batches=-1");
    }

    @Test
    void samplerStateOfNegativeBatchesIsRefused() {
        assertThatThrownBy(() -> new SamplerState(3, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("batches=-1");
    }

    private static void refused(double first, double last, long batches, String part) {
        assertThatThrownBy(() -> BetaSchedule.linear(first, last, batches))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(part);
    }
}
