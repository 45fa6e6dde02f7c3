package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.internal.LanePosition;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which positions of streams belong to a snapshot whose rows end at a head that was read a moment ago. */
class PositionsTest {
    @TempDir
    Path directory;

    private OffHeapReplayMemory open(RowLayout layout) {
        return OffHeapReplayMemory.builder(Experience.schema(layout), 100)
                .directory(directory)
                .files(WatchedFiles.unsynced())
                .open();
    }

    @ParameterizedTest
    @EnumSource
    void positionBehindTheHeadIsNotOfTheSnapshot(RowLayout layout) {
        try (OffHeapReplayMemory memory = open(layout);
                ExperienceActor actor = new ExperienceActor(memory, "actor")) {
            actor.begin();
            actor.step(false, false);
            long head = memory.ring().head();
            long nextEpisode = memory.nextEpisode();
            assertThat(memory.positions().streamsBefore(head, nextEpisode)).hasSize(1);
            actor.step(false, false);
            assertThat(memory.positions().streamsBefore(head, nextEpisode)).isEmpty();
            actor.step(true, false);
            assertThat(memory.positions().streamsBefore(head, nextEpisode)).isEmpty();
            // With self-contained rows the new episode has none yet.
            actor.begin();
            assertThat(memory.positions().streamsBefore(head, nextEpisode)).isEmpty();
            assertThat(memory.positions().streamsBefore(memory.ring().head(), memory.nextEpisode()))
                    .hasSize(1);
        }
    }

    @Test
    void episodeWithoutRowsThatBeganBeforeIsOfTheSnapshot() {
        try (OffHeapReplayMemory memory = open(RowLayout.SELF_CONTAINED);
                ExperienceActor actor = new ExperienceActor(memory, "actor")) {
            actor.begin();
            actor.step(true, false);
            actor.begin();
            long head = memory.ring().head();
            List<LanePosition> positions = memory.positions().streamsBefore(head, memory.nextEpisode());
            assertThat(positions).hasSize(1);
            assertThat(positions.get(0).inEpisode()).isTrue();
            actor.step(false, false);
            assertThat(memory.positions().streamsBefore(head, memory.nextEpisode()))
                    .isEmpty();
        }
    }
}
