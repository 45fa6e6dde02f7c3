package io.engram.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class EpisodeFilterTest {
    private static Episode episode(long number, Episode.Kind kind, double reward, EpisodeLabel label) {
        return new Episode(number, "stream-" + number % 2, kind, false, 1, reward, 0, 1, 0, 1, 0, label);
    }

    private static final List<Episode> EPISODES = List.of(
            episode(6, Episode.Kind.TERMINATED, 2, EpisodeLabel.ofSubject("s", "t")),
            episode(1, Episode.Kind.TRUNCATED, 2, EpisodeLabel.ofTags("s")),
            episode(2, Episode.Kind.TERMINATED, Double.NaN, EpisodeLabel.ofSubject("t", "u", "t")),
            episode(3, Episode.Kind.ABANDONED, 9, EpisodeLabel.NONE),
            episode(4, Episode.Kind.OPEN, -9, EpisodeLabel.ofSubject("s")),
            episode(5, Episode.Kind.TERMINATED, -1, EpisodeLabel.NONE));

    private static List<Long> numbers(EpisodeFilter filter) {
        return filter.select(EPISODES).stream().map(Episode::number).toList();
    }

    @Test
    void textsAreComparedWhole() {
        assertThat(numbers(EpisodeFilter.ofSubject("s"))).containsExactly(4L, 6L);
        assertThat(numbers(EpisodeFilter.withTag("t"))).containsExactly(2L, 6L);
        assertThat(numbers(EpisodeFilter.ofStream("stream-1"))).containsExactly(1L, 3L, 5L);
        assertThat(numbers(EpisodeFilter.ofStream("stream"))).isEmpty();
    }

    @Test
    void ranksAreOfEpisodesThatEndedWithAKnownReturnOldestFirst() {
        assertThat(numbers(EpisodeFilter.bestByReturn(9))).containsExactly(1L, 6L, 5L);
        assertThat(numbers(EpisodeFilter.bestByReturn(1))).containsExactly(1L);
        assertThat(numbers(EpisodeFilter.worstByReturn(2))).containsExactly(5L, 1L);
    }

    @Test
    void badPartsAreRefused() {
        assertThatThrownBy(() -> EpisodeFilter.withTag(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a text and no count");
        assertThatThrownBy(() -> EpisodeFilter.worstByReturn(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("count=0, expected a count of at least 1");
        assertThatThrownBy(() -> EpisodeFilter.withTag("a").refreshedEvery(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("refreshEvery=0");
        assertThat(EpisodeFilter.withTag("a").refreshedEvery(3))
                .isEqualTo(new EpisodeFilter(EpisodeFilter.Kind.TAG, "a", 0, 3));
    }
}
