package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.SplitMix64;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** The test of uniformity must catch samplers that are wrong, and let right ones pass. */
class UniformityTest {
    private static final int VALUES = 100;
    private static final int BATCH = 32;

    private final SplitMix64 random = new SplitMix64(20);
    private long before;
    private int calls;

    @Test
    void rightSamplerPasses() {
        for (long seed = 0; seed < 50; seed++) {
            SplitMix64 seeded = new SplitMix64(seed);
            assertThat(verdict(() -> seeded.nextLong(VALUES)))
                    .as("seed=%d", seed)
                    .isEmpty();
        }
    }

    @Test
    void moduloBiasIsCaught() {
        assertThat(verdict(() -> (random.nextLong() >>> 54) % VALUES)).startsWith("uneven");
    }

    @Test
    void newestRowThatIsNeverDrawnIsCaught() {
        assertThat(verdict(() -> random.nextLong(VALUES - 1))).startsWith("uneven");
    }

    @Test
    void oldestRowThatIsDrawnHalfAsOftenAgainIsCaught() {
        assertThat(verdict(() -> {
                    long value = random.nextLong(2 * VALUES + 1);
                    return value == 2 * VALUES ? 0 : value / 2;
                }))
                .startsWith("uneven");
    }

    @Test
    void rejectedRowHandedOnToItsNeighbourIsCaught() {
        // Every 26th row starts no transition; instead of drawing again, the one before is taken.
        assertThat(verdict(() -> {
                    long value = random.nextLong(VALUES + 4);
                    return value % 26 == 25 ? (value - value / 26 - 1) % VALUES : value - value / 26;
                }))
                .startsWith("uneven");
    }

    @Test
    void strataInsteadOfIndependentDrawsAreCaught() {
        assertThat(verdict(() -> (calls++ * 37L) % VALUES)).startsWith("too even");
    }

    @Test
    void repeatOfTheValueBeforeIsCaught() {
        assertThat(verdict(() -> {
                    before = random.nextInt(20) == 0 ? before : random.nextLong(VALUES);
                    return before;
                }))
                .startsWith("uneven");
    }

    @Test
    void sortedBatchIsCaught() {
        long[] batch = new long[BATCH];
        assertThat(verdict(() -> {
                    if (calls % BATCH == 0) {
                        for (int i = 0; i < BATCH; i++) {
                            batch[i] = random.nextLong(VALUES);
                        }
                        Arrays.sort(batch);
                    }
                    return batch[calls++ % BATCH];
                }))
                .startsWith("uneven");
    }

    private static String verdict(LongSupplier source) {
        return Uniformity.verdict(VALUES, BATCH, source);
    }
}
