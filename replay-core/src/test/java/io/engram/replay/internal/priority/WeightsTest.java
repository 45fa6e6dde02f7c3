package io.engram.replay.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class WeightsTest {
    private final Weights weights = new Weights(3);

    private void compute(double reference, double beta, boolean limited) {
        weights.masses()[0] = 8;
        weights.masses()[1] = 2;
        weights.masses()[2] = Mass.MAX;
        weights.compute(1L << 40, reference, beta, limited);
    }

    @Test
    void probabilitiesAreMassesOverTheTotal() {
        compute(2, 0.5, true);
        assertThat(weights.probabilities()).containsExactly(0x1p-37, 0x1p-39, 0x1p-5);
        assertThat(weights.leastMass()).isEqualTo(2);
    }

    @Test
    void weightOfTheReferenceIsExactlyOne() {
        compute(2, 0.5, true);
        assertThat(weights.column().get(0)).isCloseTo(0.5f, within(1e-7f));
        assertThat(weights.column().get(1)).isEqualTo(1);
        assertThat((double) weights.column().get(2)).isCloseTo(0x1p-17, within(1e-12));
    }

    @Test
    void weightsAboveOneAreLimitedOnlyIfAsked() {
        compute(8, 1, true);
        assertThat(weights.column().get(1)).isEqualTo(1);
        compute(8, 1, false);
        assertThat(weights.column().get(1)).isCloseTo(4f, within(1e-6f));
    }

    @Test
    void betaOfZeroWeighsAllAlike() {
        compute(3.5, 0, false);
        for (int row = 0; row < 3; row++) {
            assertThat(weights.column().get(row)).isEqualTo(1);
            assertThat(weights.bytes().getFloat(row * Float.BYTES)).isEqualTo(1);
        }
    }
}
