package io.engram.replay.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.InitialPriority;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;

class MaximumPriorityTest {
    private final AtomicLongArray words = new AtomicLongArray(MaximumPriority.WORDS);

    private MaximumPriority of(InitialPriority policy) {
        return new MaximumPriority(policy, new MaximumPriority.Words() {
            @Override
            public long get(int index) {
                return words.get(index);
            }

            @Override
            public boolean compareAndSet(int index, long expected, long value) {
                return words.compareAndSet(index, expected, value);
            }
        });
    }

    @Test
    void historicalMaximumIsAtLeastOneAndNeverFalls() {
        MaximumPriority maximum = of(InitialPriority.historicalMaximum());
        assertThat(maximum.initial()).isEqualTo(1);
        maximum.update(0.5, 1);
        assertThat(maximum.initial()).isEqualTo(1);
        maximum.update(1e-300, 1);
        maximum.update(7, 1000);
        maximum.update(6, 1000);
        maximum.update(0, 1);
        maximum.update(-0.0, 1);
        assertThat(maximum.initial()).isEqualTo(7);
        maximum.update(Double.MAX_VALUE, 1);
        assertThat(maximum.initial()).isEqualTo(Double.MAX_VALUE);
    }

    @Test
    void fixedPriorityIgnoresUpdates() {
        MaximumPriority maximum = of(InitialPriority.fixed(0.25));
        maximum.update(7, 3);
        assertThat(maximum.initial()).isEqualTo(0.25);
    }

    @Test
    void recentMaximumLooksBackOneToTwoWindows() {
        for (int window = 1; window <= 6; window++) {
            for (int before = 0; before < window; before++) {
                for (int word = 0; word < MaximumPriority.WORDS; word++) {
                    words.set(word, 0);
                }
                MaximumPriority maximum = of(InitialPriority.recentMaximum(window));
                assertThat(maximum.initial()).isEqualTo(1);
                for (int i = 0; i < before; i++) {
                    maximum.update(0.5, 1);
                }
                maximum.update(9, 1);
                int remembered = 0;
                while (maximum.initial() == 9 && remembered < 100) {
                    maximum.update(0.5, 1);
                    remembered++;
                }
                assertThat(remembered)
                        .as("window=%d, before=%d", window, before)
                        .isBetween(window, 2 * window - 1);
                assertThat(maximum.initial()).isEqualTo(0.5);
            }
        }
    }

    @Test
    void recentZerosAreNoMaximum() {
        MaximumPriority maximum = of(InitialPriority.recentMaximum(2));
        maximum.update(4, 1);
        maximum.update(0, 5);
        assertThat(maximum.initial()).isEqualTo(4);
        maximum.update(0, 2);
        assertThat(maximum.initial()).isEqualTo(1);
    }

    @Test
    void callLargerThanTheWindowIsOneRun() {
        MaximumPriority maximum = of(InitialPriority.recentMaximum(2));
        maximum.update(4, 100);
        maximum.update(3, 1);
        assertThat(maximum.initial()).isEqualTo(4);
        maximum.update(2, 1);
        assertThat(maximum.initial()).isEqualTo(3);
    }

    @Test
    void storedWordsAreContinued() {
        of(InitialPriority.recentMaximum(3)).update(4, 2);
        MaximumPriority reopened = of(InitialPriority.recentMaximum(3));
        assertThat(reopened.initial()).isEqualTo(4);
        reopened.update(1, 1);
        reopened.update(2, 3);
        assertThat(reopened.initial()).isEqualTo(2);
        assertThat(of(InitialPriority.historicalMaximum()).initial()).isEqualTo(4);
    }

    @Test
    void damagedWordsAreNoPriorities() {
        for (double damaged : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -3, Double.NEGATIVE_INFINITY}) {
            for (int word = 0; word < MaximumPriority.WORDS; word++) {
                words.set(word, Double.doubleToRawLongBits(damaged));
            }
            assertThat(of(InitialPriority.historicalMaximum()).initial()).isEqualTo(1);
            assertThat(of(InitialPriority.recentMaximum(5)).initial()).isEqualTo(1);
        }
    }
}
