package io.engram.replay.internal.priority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.PriorityIndex;
import java.util.List;
import org.junit.jupiter.api.Test;

class IndexNamesTest {
    @Test
    void indexesAreSortedByName() {
        PriorityIndex b = PriorityIndex.proportional("b").build();
        PriorityIndex a10 = PriorityIndex.rankBased("a-10").build();
        PriorityIndex a9 = PriorityIndex.proportional("a-9").build();
        PriorityIndex upper = PriorityIndex.proportional("Z").build();
        assertThat(IndexNames.sorted(List.of(b, a10, a9, upper))).containsExactly(upper, a10, a9, b);
        assertThat(IndexNames.sorted(List.of())).isEmpty();
    }

    @Test
    void nameGivenTwiceIsRefused() {
        List<PriorityIndex> twice = List.of(
                PriorityIndex.proportional("a").build(),
                PriorityIndex.proportional("b").build(),
                PriorityIndex.rankBased("a").build());
        assertThatThrownBy(() -> IndexNames.sorted(twice))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'a'", "twice");
    }
}
