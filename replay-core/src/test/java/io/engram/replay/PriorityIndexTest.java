package io.engram.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PriorityIndexTest {
    @Test
    void defaultsAreThoseOfTheDocumentation() {
        assertThat(PriorityIndex.proportional("a").build())
                .isEqualTo(new PriorityIndex(
                        "a",
                        PriorityIndex.Kind.PROPORTIONAL,
                        0.6,
                        1e-6,
                        new InitialPriority(InitialPriority.Policy.HISTORICAL_MAXIMUM, 0, 0),
                        0,
                        null));
        assertThat(PriorityIndex.rankBased("a").build())
                .isEqualTo(new PriorityIndex(
                        "a", PriorityIndex.Kind.RANK, 0.7, 1e-6, InitialPriority.historicalMaximum(), 0, null));
        assertThat(PriorityIndex.DEFAULT_NAME).isEqualTo("default");
    }

    @Test
    void optionsAreKept() {
        assertThat(PriorityIndex.rankBased("b-1_C")
                        .alpha(10)
                        .epsilon(0)
                        .initial(InitialPriority.fixed(3))
                        .rerankEvery(9)
                        .build())
                .isEqualTo(
                        new PriorityIndex("b-1_C", PriorityIndex.Kind.RANK, 10, 0, InitialPriority.fixed(3), 9, null));
    }

    @Test
    void badNamesAreRefused() {
        for (String name : new String[] {"", " ", "a b", "a.b", "a/b", "ä", "a\n", "x".repeat(65)}) {
            assertThatThrownBy(() -> PriorityIndex.proportional(name).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("name='" + name + "'", "1 to 64");
        }
        assertThat(PriorityIndex.proportional("x".repeat(64)).build().name()).hasSize(64);
    }

    @Test
    void numbersOutOfBoundsAreRefused() {
        for (double alpha : new double[] {-0.1, -1e-300, 10.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            refused(PriorityIndex.proportional("a").alpha(alpha), "alpha=" + alpha);
        }
        for (double epsilon : new double[] {-1e-300, Double.NaN, Double.POSITIVE_INFINITY}) {
            refused(PriorityIndex.rankBased("a").epsilon(epsilon), "epsilon=" + epsilon);
        }
        refused(PriorityIndex.rankBased("a").rerankEvery(-1), "rerankEvery=-1");
        refused(PriorityIndex.proportional("a").rerankEvery(1), "rerankEvery=1");
    }

    private static void refused(PriorityIndex.Builder builder, String part) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'a'", part, "expected");
    }
}
