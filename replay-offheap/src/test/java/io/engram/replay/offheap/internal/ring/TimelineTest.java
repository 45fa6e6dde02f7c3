package io.engram.replay.offheap.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.SplitMix64;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TimelineTest {
    private long now = 1_000_000;
    private final Timeline timeline = new Timeline(() -> now);

    @Test
    void nothingIsYoungBeforeTheFirstNote() {
        assertThat(timeline.oldest(1_000)).isEqualTo(Long.MAX_VALUE);
        assertThat(timeline.age(0)).isEqualTo(now);
    }

    @Test
    void rowsAfterAPauseAreAsYoungAsTheyAre() {
        timeline.note(0);
        now += 3_600_000;
        timeline.note(0);
        now += 50;
        timeline.note(7);
        assertThat(timeline.age(3)).isEqualTo(50);
        assertThat(timeline.oldest(50)).isZero();
        assertThat(timeline.oldest(49)).isEqualTo(7);
    }

    @Test
    void rowsOfBeforeTheFirstNoteAreOlderThanAnyLimit() {
        timeline.note(100);
        now += 10;
        timeline.note(200);
        assertThat(timeline.age(99)).isEqualTo(now);
        assertThat(timeline.oldest(5)).isEqualTo(200);
        assertThat(timeline.oldest(1_000_000)).isEqualTo(100);
    }

    @Test
    void noRowIsEverTakenForYoungerThanItIsAndNewOnesForLittleOlder() {
        SplitMix64 random = new SplitMix64(7);
        TreeMap<Long, Long> times = new TreeMap<>();
        long head = 0;
        for (int i = 0; i < 100_000; i++) {
            timeline.note(head);
            now += random.nextInt(20);
            long rows = random.nextInt(3);
            for (long row = 0; row < rows; row++) {
                times.put(head++, now);
            }
        }
        for (long row = 0; row < head; row += 97) {
            long age = now - times.get(row);
            assertThat(timeline.age(row)).as("row %d", row).isBetween(age, age + 50 + age / 200);
            long limit = 1L + random.nextInt(2_000_000);
            long oldest = timeline.oldest(limit);
            if (oldest < head) {
                assertThat(now - times.get(oldest)).as("limit %d", limit).isLessThanOrEqualTo(limit);
            }
        }
        long newest = head - 1;
        assertThat(timeline.age(newest)).isLessThanOrEqualTo(now - times.get(newest) + 60);
    }
}
