package io.engram.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.InitialPriority.Policy;
import org.junit.jupiter.api.Test;

class InitialPriorityTest {
    @Test
    void partsAreKept() {
        assertThat(InitialPriority.fixed(0)).isEqualTo(new InitialPriority(Policy.FIXED, 0, 0));
        assertThat(InitialPriority.fixed(2.5).value()).isEqualTo(2.5);
        assertThat(InitialPriority.recentMaximum(1)).isEqualTo(new InitialPriority(Policy.RECENT_MAXIMUM, 0, 1));
        assertThat(InitialPriority.historicalMaximum().policy()).isEqualTo(Policy.HISTORICAL_MAXIMUM);
    }

    @Test
    void badFixedPrioritiesAreRefused() {
        for (double value : new double[] {-1, -Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> InitialPriority.fixed(value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("value=" + value, "FIXED");
        }
    }

    @Test
    void badWindowsAreRefused() {
        for (long window : new long[] {0, -1, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> InitialPriority.recentMaximum(window))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("window=" + window, "RECENT_MAXIMUM");
        }
    }

    @Test
    void partsOfOtherPoliciesAreRefused() {
        for (Policy policy : new Policy[] {Policy.HISTORICAL_MAXIMUM, Policy.RECENT_MAXIMUM}) {
            assertThatThrownBy(() -> new InitialPriority(policy, 1, policy == Policy.RECENT_MAXIMUM ? 1 : 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("value=1.0", policy.name());
        }
        for (Policy policy : new Policy[] {Policy.HISTORICAL_MAXIMUM, Policy.FIXED}) {
            assertThatThrownBy(() -> new InitialPriority(policy, 0, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("window=1", policy.name());
        }
    }
}
