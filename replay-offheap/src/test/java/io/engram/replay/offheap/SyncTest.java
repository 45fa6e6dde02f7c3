package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.MemoryClosedException;
import io.engram.replay.RowLayout;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.internal.store.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When sync returns, everything is durable; when that is not certain, it says so, and for ever. */
class SyncTest {
    @TempDir
    Path directory;

    private final HookedFiles files = new HookedFiles();

    private OffHeapReplayMemory open() {
        return builder().open();
    }

    private OffHeapMemoryBuilder builder() {
        return OffHeapReplayMemory.builder(Story.schema(RowLayout.ARRIVAL), 64)
                .directory(directory)
                .segmentRows(8)
                .files(files)
                .withoutAutomaticUpkeep();
    }

    private void failOnce() {
        files.beforeForce = () -> {
            files.beforeForce = () -> {};
            throw new IOException("planted");
        };
    }

    @Test
    void syncAfterAFailedSyncFails() {
        try (OffHeapReplayMemory memory = open()) {
            StreamWriter writer = memory.writer("a");
            Story.tell(writer, 0, 0, 10);
            failOnce();
            assertThatThrownBy(memory::sync).isInstanceOf(StorageException.class);
            assertThatThrownBy(memory::sync).isInstanceOf(StoreFailedException.class);
            assertThatThrownBy(() -> Story.tell(writer, 0, 10, 11)).isInstanceOf(StoreFailedException.class);
        }
    }

    @Test
    void syncAfterAFailedSealingFails() {
        try (OffHeapReplayMemory memory = open()) {
            Story.tell(memory.writer("a"), 0, 0, 40);
            failOnce();
            memory.upkeep().turn();
            assertThatThrownBy(memory::sync).isInstanceOf(StoreFailedException.class);
        }
    }

    @Test
    void syncDoesNotSucceedBesideASealingThatFails() throws InterruptedException {
        try (OffHeapReplayMemory memory = open()) {
            Story.tell(memory.writer("a"), 0, 0, 40);
            CountDownLatch sealing = new CountDownLatch(1);
            AtomicReference<Throwable> outcome = new AtomicReference<>();
            Thread syncing = new Thread(() -> {
                try {
                    sealing.await();
                    memory.sync();
                } catch (Throwable t) {
                    outcome.set(t);
                }
            });
            // The system tells the sealer that a write failed, and then takes the pages for clean.
            files.beforeForce = () -> {
                files.beforeForce = () -> {};
                sealing.countDown();
                try {
                    syncing.join(100);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                throw new IOException("planted");
            };
            syncing.start();
            memory.upkeep().turn();
            syncing.join();
            assertThat(outcome.get()).isInstanceOf(StoreFailedException.class);
        }
    }

    @Test
    void memoryThatSyncsFromTimeToTimeDoesSoWhenTheTimeHasCome() {
        AtomicLong now = new AtomicLong(1_000);
        AtomicInteger syncs = new AtomicInteger();
        try (OffHeapReplayMemory memory =
                builder().clock(now::get).syncEvery(Duration.ofMillis(200)).open()) {
            Story.tell(memory.writer("a"), 0, 0, 5);
            files.beforeForce = syncs::incrementAndGet;
            memory.upkeep().turn();
            assertThat(syncs.get()).isZero();
            now.addAndGet(200);
            memory.upkeep().turn();
            int first = syncs.get();
            assertThat(first).isPositive();
            now.addAndGet(199);
            memory.upkeep().turn();
            assertThat(syncs.get()).isEqualTo(first);
            now.addAndGet(1);
            failOnce();
            memory.upkeep().turn();
            assertThatThrownBy(memory::sync).isInstanceOf(StoreFailedException.class);
            now.addAndGet(200);
            memory.upkeep().turn();
        }
        assertThatThrownBy(() -> builder().syncEvery(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("syncEvery=");
    }

    @Test
    void syncThatComesTooLateTouchesNoMemory() {
        OffHeapReplayMemory memory = open();
        Story.tell(memory.writer("a"), 0, 0, 10);
        SegmentFiles segments = (SegmentFiles) memory.ring().source();
        memory.close();
        assertThatThrownBy(() -> memory.upkeep().sync(segments)).isInstanceOf(MemoryClosedException.class);
    }
}
