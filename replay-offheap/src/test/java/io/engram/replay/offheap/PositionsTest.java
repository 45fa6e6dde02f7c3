package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.internal.LanePosition;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which positions of streams belong to a snapshot whose rows end at a head that was read a moment ago. */
class PositionsTest {
    @TempDir
    Path directory;

    @TempDir
    Path forks;

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

    @Test
    void endThatIsRecordedDuringTheCutDoesNotUndoIt() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (OffHeapReplayMemory memory = open(RowLayout.SELF_CONTAINED)) {
            try (ExperienceActor actor = new ExperienceActor(memory, "still")) {
                actor.begin();
                actor.step(false, false);
                Thread restless = new Thread(() -> {
                    try (ExperienceActor other = new ExperienceActor(memory, "restless")) {
                        // The episode before is abandoned, which appends no row.
                        while (!stop.get()) {
                            other.begin();
                            LockSupport.parkNanos(1_000);
                        }
                    } catch (Throwable t) {
                        failure.set(t);
                    }
                });
                restless.start();
                for (int i = 0; i < 50; i++) {
                    memory.snapshot("s" + i);
                }
                stop.set(true);
                restless.join();
            }
        }
        assertThat(failure.get()).isNull();
        for (Snapshot snapshot : Snapshots.of(directory).list()) {
            Path fork = forks.resolve(snapshot.name());
            Snapshots.of(WatchedFiles.unsynced(), directory).fork(snapshot.name(), fork);
            try (OffHeapReplayMemory memory = OffHeapReplayMemory.open(fork)) {
                assertThat(memory.resumePoint()).as(snapshot.name()).isPresent();
            }
        }
    }
}
