package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Episode;
import io.engram.replay.SplitMix64;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/** Compares every query of a catalogue with a plain look through all episodes. The memory must be at rest. */
final class CatalogueOracle {
    private CatalogueOracle() {}

    static void assertAgrees(OffHeapReplayMemory memory, long now) {
        Catalogue catalogue = memory.catalogue();
        List<Episode> all = memory.episodes();
        long last = all.isEmpty() ? 0 : all.get(all.size() - 1).number();
        for (long number = -2; number <= last + 2; number++) {
            long wanted = number;
            assertThat(catalogue.episode(number).stream().toList())
                    .isEqualTo(plain(all, each -> each.number() == wanted));
        }
        for (int i = 0; i <= LabelledHistory.SUBJECTS; i++) {
            String subject = LabelledHistory.subject(i);
            assertThat(catalogue.bySubject(subject))
                    .isEqualTo(plain(all, each -> Objects.equals(each.label().subject(), subject)));
        }
        for (int i = 0; i <= LabelledHistory.TAGS; i++) {
            String tag = LabelledHistory.tag(i);
            assertThat(catalogue.byTag(tag))
                    .isEqualTo(plain(all, each -> each.label().tags().contains(tag)));
        }
        for (int i = 0; i <= LabelledHistory.STREAMS; i++) {
            String stream = LabelledHistory.stream(i);
            assertThat(catalogue.byStream(stream))
                    .isEqualTo(plain(all, each -> each.stream().equals(stream)));
        }
        assertTimesAgree(catalogue, all, now);
        for (int count : new int[] {1, 2, 3, 7, 1000}) {
            assertThat(catalogue.bestByReturn(count)).isEqualTo(ranked(all, count, 1));
            assertThat(catalogue.worstByReturn(count)).isEqualTo(ranked(all, count, -1));
        }
    }

    private static void assertTimesAgree(Catalogue catalogue, List<Episode> all, long now) {
        SplitMix64 random = new SplitMix64(all.size());
        long first = all.stream().mapToLong(Episode::startMillis).min().orElse(0);
        for (int i = 0; i < 10; i++) {
            long from = first + random.nextLong(Math.max(1, now - first));
            long to = from + random.nextLong(Math.max(1, now - first));
            assertThat(catalogue.startedBetween(from, to))
                    .isEqualTo(plain(all, each -> each.startMillis() >= from && each.startMillis() < to));
            assertThat(catalogue.olderThan(Duration.ofMillis(now - from)))
                    .isEqualTo(plain(all, each -> each.startMillis() < from));
            assertThat(catalogue.youngerThan(Duration.ofMillis(now - from)))
                    .isEqualTo(plain(all, each -> each.startMillis() >= from));
        }
        assertThat(catalogue.youngerThan(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(all);
    }

    private static List<Episode> plain(List<Episode> all, Predicate<Episode> wanted) {
        List<Episode> found = new ArrayList<>();
        for (Episode each : all) {
            if (wanted.test(each)) {
                found.add(each);
            }
        }
        return found;
    }

    /** Takes the best again and again; of equal ones the first, which is the oldest. */
    private static List<Episode> ranked(List<Episode> all, int count, int sign) {
        List<Episode> left = new ArrayList<>();
        for (Episode each : all) {
            boolean ended = each.kind() == Episode.Kind.TERMINATED || each.kind() == Episode.Kind.TRUNCATED;
            if (ended && !Double.isNaN(each.totalReward())) {
                left.add(each);
            }
        }
        List<Episode> ranked = new ArrayList<>();
        while (ranked.size() < count && !left.isEmpty()) {
            Episode best = left.get(0);
            for (Episode each : left) {
                if (sign * each.totalReward() > sign * best.totalReward()) {
                    best = each;
                }
            }
            left.remove(best);
            ranked.add(best);
        }
        return ranked;
    }
}
