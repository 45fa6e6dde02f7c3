package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.StreamWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots that one thread asks for while others train have the states that fit to their rows. */
class TrainerTest {
    @TempDir
    Path directory;

    private OffHeapReplayMemory open() {
        return OffHeapReplayMemory.builder(Story.schema(RowLayout.SELF_CONTAINED), 1000)
                .directory(directory)
                .segmentRows(64)
                .priorities(PriorityIndex.proportional("default").build())
                .files(WatchedFiles.unsynced())
                .open();
    }

    @Test
    void stateGivenTwiceIsRefused() {
        try (OffHeapReplayMemory memory = open();
                Trainer trainer = memory.trainer("counter", () -> Captured.of(bytes(1)))) {
            trainer.stepBoundary();
            assertThatThrownBy(() -> memory.beginSnapshot(
                            SnapshotRequest.named("twice").state("counter", Captured.of(bytes(2)))))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("counter");
            assertThat(Snapshots.of(directory).list()).isEmpty();
            memory.snapshot("once");
        }
        assertThat(Snapshots.of(directory).state("once", "counter")).hasValue(bytes(1));
    }

    @Test
    void stateIsThatOfTheBoundaryWhichTheRowsAreOf() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (OffHeapReplayMemory memory = open()) {
            CountDownLatch begun = new CountDownLatch(1);
            Thread training = new Thread(() -> {
                AtomicLong told = new AtomicLong();
                try (StreamWriter writer = memory.writer("actor");
                        Trainer trainer = memory.trainer("counter", () -> Captured.of(bytes(told.get())))) {
                    while (!stop.get()) {
                        Story.tell(writer, 0, told.get());
                        told.incrementAndGet();
                        trainer.stepBoundary();
                        begun.countDown();
                    }
                } catch (Throwable t) {
                    failure.set(t);
                }
            });
            training.start();
            begun.await();
            for (int i = 0; i < 30; i++) {
                memory.snapshot("s" + i);
            }
            stop.set(true);
            training.join();
        }
        assertThat(failure.get()).isNull();
        Snapshots snapshots = Snapshots.of(directory);
        for (int i = 0; i < 30; i++) {
            long told = ByteBuffer.wrap(snapshots.state("s" + i, "counter").orElseThrow())
                    .getLong();
            // Of seven states six end a transition, each in a row of its own.
            assertThat(snapshots.get("s" + i).endSequence())
                    .isEqualTo(told - (told + Story.EPISODE - 1) / Story.EPISODE);
        }
    }

    @Test
    void trainerThatTakesTheSnapshotIsAtABoundary() {
        try (OffHeapReplayMemory memory = open();
                Trainer trainer = memory.trainer("me", () -> Captured.of(bytes(7)))) {
            trainer.stepBoundary();
            memory.snapshot("a");
        }
        assertThat(Snapshots.of(directory).state("a", "me")).hasValue(bytes(7));
    }

    @Test
    void snapshotOfATrainerThatDoesNotComeFailsAndChangesNothing() {
        try (OffHeapReplayMemory memory = open()) {
            Trainer trainer = memory.trainer("late", () -> Captured.of(bytes(1)));
            SnapshotRequest request = SnapshotRequest.named("a").timeout(Duration.ofMillis(1));
            assertThatThrownBy(() -> memory.beginSnapshot(request))
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("trainer=late");
            assertThat(Snapshots.of(directory).list()).isEmpty();
            assertThatThrownBy(() -> memory.trainer("late", () -> Captured.of(bytes(1))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("name='late'");
            trainer.close();
            memory.snapshot("a");
            assertThat(Snapshots.of(directory).state("a", "late")).isEmpty();
        }
    }

    @Test
    void stateThatCannotBeWrittenIsNoSnapshot() {
        try (OffHeapReplayMemory memory = open()) {
            SnapshotRequest request = SnapshotRequest.named("a").state("broken", out -> {
                throw new IOException("planted");
            });
            assertThatThrownBy(() -> memory.beginSnapshot(request).await())
                    .isInstanceOf(SnapshotException.class)
                    .hasMessageContaining("planted");
            assertThat(Snapshots.of(directory).list()).isEmpty();
            memory.snapshot("a");
        }
    }

    @Test
    void closingLetsWaitingTrainersGo() throws Exception {
        OffHeapReplayMemory memory = open();
        AtomicInteger captures = new AtomicInteger();
        CountDownLatch captured = new CountDownLatch(1);
        Trainer never = memory.trainer("never", () -> Captured.of(bytes(1)));
        Trainer waiting = memory.trainer("waiting", () -> {
            captures.incrementAndGet();
            captured.countDown();
            return Captured.of(bytes(2));
        });
        Thread training = new Thread(() -> {
            while (captures.get() == 0) {
                waiting.stepBoundary();
            }
        });
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread snapshotting = new Thread(() -> {
            try {
                memory.snapshot("a");
            } catch (Throwable t) {
                outcome.set(t);
            }
        });
        training.start();
        snapshotting.start();
        captured.await();
        memory.close();
        snapshotting.join();
        training.join();
        assertThat(outcome.get()).isInstanceOf(MemoryClosedException.class);
        never.close();
        assertThatThrownBy(() -> memory.snapshot("b")).isInstanceOf(MemoryClosedException.class);
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
