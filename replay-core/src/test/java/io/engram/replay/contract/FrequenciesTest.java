package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.SplitMix64;
import java.util.Arrays;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** The tests of frequencies must catch prioritized samplers that are wrong, and let right ones pass. */
class FrequenciesTest {
    private static final int BATCH = 7;
    private static final int[] UNITS = {3, 0, 1, 1, 20, 2, 0, 0, 4, 1, 9, 2, 2, 30, 1, 5, 0};
    private static final int[] BELOW = Frequencies.below(UNITS);
    private static final double[] ABOVE =
            Arrays.stream(BELOW).skip(1).asDoubleStream().toArray();
    private static final int TOTAL = BELOW[UNITS.length];

    private final SplitMix64 random = new SplitMix64(20);
    private int calls;
    private int before;

    @Test
    void rightSamplersPass() {
        for (long seed = 0; seed < 20; seed++) {
            SplitMix64 seeded = new SplitMix64(seed);
            assertThat(independent(() -> find(seeded.nextDouble() * TOTAL)))
                    .as("seed=%d", seed)
                    .isEmpty();
            assertThat(stratified(() -> find(stratum(seeded))))
                    .as("seed=%d", seed)
                    .isEmpty();
        }
    }

    @Test
    void valueWithoutMassThatIsDrawnIsCaught() {
        assertThat(independent(() -> findFirstUnitTooLow(random.nextInt(TOTAL))))
                .startsWith("impossible");
        assertThat(stratified(() -> findFirstUnitTooLow((int) stratum(random)))).startsWith("impossible");
    }

    @Test
    void exponentThatIsOffByATwentiethIsCaught() {
        double[] cumulative = new double[UNITS.length];
        for (int i = 0; i < UNITS.length; i++) {
            cumulative[i] = StrictMath.pow(UNITS[i], 0.95) + (i == 0 ? 0 : cumulative[i - 1]);
        }
        double all = cumulative[UNITS.length - 1];
        assertThat(independent(() -> search(cumulative, random.nextDouble() * all)))
                .startsWith("uneven");
        assertThat(stratified(() -> search(cumulative, (calls++ % BATCH + random.nextDouble()) / BATCH * all)))
                .isNotEmpty();
    }

    @Test
    void oneUnitThatGoesToTheNeighbourIsCaught() {
        IntSupplier source = () -> {
            int unit = random.nextInt(TOTAL);
            return find(unit == BELOW[5] ? unit - 1 : unit);
        };
        assertThat(independent(source)).startsWith("uneven");
    }

    @Test
    void lastUnitThatIsNeverDrawnIsCaught() {
        assertThat(independent(() -> find(random.nextInt(TOTAL - 1)))).startsWith("uneven");
        assertThat(stratified(() -> find(stratum(random) * (TOTAL - 1) / TOTAL)))
                .isNotEmpty();
    }

    @Test
    void sharesWithoutTheRestAreCaught() {
        // The total divided by the batch's size, rounded down.
        assertThat(stratified(() -> find((calls++ % BATCH + random.nextDouble()) * Math.floorDiv(TOTAL, BATCH))))
                .isNotEmpty();
    }

    @Test
    void strataInsteadOfIndependentDrawsAreCaughtAndTheReverse() {
        assertThat(independent(() -> find(stratum(random)))).isNotEmpty();
        assertThat(stratified(() -> find(random.nextDouble() * TOTAL))).startsWith("impossible");
    }

    @Test
    void middleOfEachShareInsteadOfADrawIsCaught() {
        assertThat(stratified(() -> find((calls++ % BATCH + 0.5) / BATCH * TOTAL)))
                .startsWith("uneven");
    }

    @Test
    void repeatOfTheValueBeforeIsCaught() {
        assertThat(independent(() -> {
                    before = random.nextInt(10) == 0 ? before : find(random.nextDouble() * TOTAL);
                    return before;
                }))
                .isNotEmpty();
    }

    private static String independent(IntSupplier source) {
        return Frequencies.independent(UNITS, BATCH, source);
    }

    private static String stratified(IntSupplier source) {
        return Frequencies.stratified(UNITS, BATCH, source);
    }

    private double stratum(SplitMix64 seeded) {
        return (calls++ % BATCH + seeded.nextDouble()) / BATCH * TOTAL;
    }

    private static int find(double unit) {
        return search(ABOVE, unit);
    }

    /** A search that takes a value's first unit for the value before. */
    private static int findFirstUnitTooLow(int unit) {
        int value = find(unit);
        return value > 0 && unit == BELOW[value] ? value - 1 : value;
    }

    private static int search(double[] cumulative, double unit) {
        int value = 0;
        while (cumulative[value] <= unit) {
            value++;
        }
        return value;
    }
}
