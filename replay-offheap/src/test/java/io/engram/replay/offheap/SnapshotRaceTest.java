package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayException;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.internal.journal.PageDescriptor;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Snapshots are taken, deleted, forked and read while a memory is appended to, sampled, sealed and lapped, in real
 * files and by real threads: no byte of a published snapshot changes, and whatever anybody reads was told, whole.
 */
class SnapshotRaceTest {
    private static final int CAPACITY = 2_048;
    private static final int SEGMENT_ROWS = 32;
    private static final int KEPT = 5;
    /** Between two rests. Without them a writer evicts rows faster than snapshots copy priorities: none are left. */
    private static final int BURST = 10;

    private static final long REST_NANOS = 1_000_000;

    @TempDir
    Path place;

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    /** Threads that count what they do; the others go on until these have ended. */
    private final AtomicInteger counting = new AtomicInteger();

    private final AtomicInteger snapshotting = new AtomicInteger();
    private final Map<String, Map<String, String>> published = new ConcurrentHashMap<>();
    private final List<Path> forks = new ArrayList<>();
    private final AtomicLong deleted = new AtomicLong();
    private final AtomicLong compared = new AtomicLong();
    private final AtomicLong rowsShot = new AtomicLong();
    private final AtomicLong rowsRead = new AtomicLong();
    private final AtomicLong batches = new AtomicLong();
    private Path directory;
    private Snapshots snapshots;

    @ParameterizedTest
    @EnumSource
    void noByteOfAPublishedSnapshotChangesAndAllThatIsReadWasTold(RowLayout layout) throws InterruptedException {
        run(layout, 25, 6, layout.ordinal());
    }

    @Test
    @Tag("soak")
    void noByteOfAPublishedSnapshotChangesForMinutes() throws InterruptedException {
        for (int seed = 10; seed < 20; seed++) {
            run(RowLayout.values()[seed % RowLayout.values().length], 300, 60, seed);
        }
    }

    private static OffHeapReplayMemory open(Path directory, RowLayout layout) {
        return OffHeapReplayMemory.builder(Story.schema(layout), CAPACITY)
                .directory(directory)
                .segmentRows(SEGMENT_ROWS)
                .journalPages(PageDescriptor.MIN_LENGTH)
                .priorities(PriorityIndex.proportional("default").build())
                .open();
    }

    private void run(RowLayout layout, int shots, int turns, long seed) throws InterruptedException {
        directory = place.resolve("memory-" + seed);
        snapshots = Snapshots.of(directory);
        published.clear();
        forks.clear();
        List.of(deleted, compared, rowsShot, rowsRead, batches).forEach(count -> count.set(0));
        long appended;
        try (OffHeapReplayMemory memory = open(directory, layout)) {
            counting.set(3);
            snapshotting.set(1);
            List<Thread> threads = List.of(
                    start("writer 1", () -> write(memory, 1)),
                    start("writer 2", () -> write(memory, 2)),
                    start("sampler", () -> sample(memory, seed)),
                    start("snapshots", () -> counted(() -> shoot(memory, shots))),
                    start("deletions", () -> delete(new SplitMix64(seed))),
                    start("forks", () -> counted(() -> fork(layout, turns, seed))),
                    start("readings", () -> counted(() -> read(4 * turns, new SplitMix64(seed + 1)))));
            for (Thread thread : threads) {
                thread.join();
            }
            requireNoFailure(seed);
            appended = memory.stats().appendedRows();
            assertThat(memory.stats().failedAppends()).isZero();
            requireAllUnchanged();
        }
        assertThat(published).hasSize(shots);
        assertThat(appended).as("laps").isGreaterThan(3L * CAPACITY);
        assertThat(forks).hasSize(turns);
        assertThat(List.of(deleted.get(), compared.get(), rowsShot.get(), rowsRead.get(), batches.get()))
                .as("deletions, comparisons, rows of snapshots, rows read, batches")
                .allMatch(count -> count > 0);
        requireWhatIsLeft(layout);
    }

    private void requireNoFailure(long seed) {
        AssertionError error = null;
        for (Throwable failure : failures) {
            if (error == null) {
                error = new AssertionError("seed=" + seed, failure);
            } else {
                error.addSuppressed(failure);
            }
        }
        if (error != null) {
            throw error;
        }
    }

    private Thread start(String name, Runnable work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (Throwable t) {
                        failures.add(new AssertionError(name, t));
                    }
                },
                name);
        thread.start();
        return thread;
    }

    private void counted(Runnable work) {
        try {
            work.run();
        } finally {
            counting.decrementAndGet();
        }
    }

    private void write(OffHeapReplayMemory memory, long stream) {
        try (StreamWriter writer = memory.writer("writer-" + stream)) {
            for (long n = 0; counting.get() > 0; n++) {
                Story.tell(writer, stream, n);
                if (n % BURST == 0) {
                    LockSupport.parkNanos(REST_NANOS);
                }
            }
        }
    }

    private void sample(OffHeapReplayMemory memory, long seed) {
        SplitMix64 random = new SplitMix64(seed);
        try (Sampler sampler =
                memory.sampler(SamplerSpec.prioritized("learner", 16).seed(seed).build())) {
            Batch batch = sampler.newBatch();
            float[] priorities = new float[batch.size()];
            while (counting.get() > 0) {
                if (sampler.trySample(batch)) {
                    Story.check(batch);
                    for (int i = 0; i < priorities.length; i++) {
                        priorities[i] = (float) random.nextDouble();
                    }
                    sampler.updatePriorities(batch, priorities);
                    batches.incrementAndGet();
                }
                LockSupport.parkNanos(REST_NANOS);
            }
        }
    }

    private void shoot(OffHeapReplayMemory memory, int shots) {
        try {
            for (int i = 0; i < shots; i++) {
                SnapshotRequest request =
                        SnapshotRequest.named("shot-" + i).step(i).timeout(Duration.ofMinutes(5));
                if (i % 3 == 0) {
                    request.retention(Retention.last(KEPT).andEvery(20));
                }
                Snapshot snapshot = memory.beginSnapshot(request).await();
                Map<String, String> bytes = bytes(snapshot.name());
                rowsShot.addAndGet(snapshot.size());
                published.put(snapshot.name(), bytes == null ? Map.of() : bytes);
            }
        } finally {
            snapshotting.set(0);
        }
    }

    private void delete(SplitMix64 random) {
        while (snapshotting.get() > 0) {
            String name = any(random);
            if (name == null || snapshots.list().size() < KEPT) {
                LockSupport.parkNanos(REST_NANOS);
                continue;
            }
            requireUnchanged(name);
            try {
                snapshots.delete(name);
                deleted.incrementAndGet();
            } catch (SnapshotException e) {
                requireGone(name, e);
            }
        }
    }

    private void fork(RowLayout layout, int turns, long seed) {
        SplitMix64 random = new SplitMix64(seed + 2);
        while (forks.size() < turns && failures.isEmpty()) {
            String name = any(random);
            Path fork = place.resolve("fork-" + seed + "-" + forks.size());
            if (name == null) {
                LockSupport.parkNanos(REST_NANOS);
                continue;
            }
            try {
                snapshots.fork(name, fork);
            } catch (SnapshotException e) {
                requireGone(name, e);
                continue;
            }
            forks.add(fork);
            try (OffHeapReplayMemory memory = open(fork, layout);
                    StreamWriter writer = memory.writer("fork")) {
                HeldRows.of(memory);
                // More than once round the ring, so that nothing shared is left, or less.
                Story.tell(writer, 10, 0, 1 + random.nextInt(2 * CAPACITY));
                check(memory);
            }
            requireUnchanged(name);
        }
    }

    private void read(int turns, SplitMix64 random) {
        for (int i = 0; i < turns && failures.isEmpty(); ) {
            String name = any(random);
            if (name == null) {
                LockSupport.parkNanos(REST_NANOS);
                continue;
            }
            try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(directory, name)) {
                int held = HeldRows.of(snapshot).size();
                assertThat(held).isEqualTo((int) snapshot.size());
                check(snapshot);
                rowsRead.addAndGet(held);
                // Writers at full speed can overtake a whole window this small: then there is nothing to read.
                i += held > 0 || snapshotting.get() == 0 ? 1 : 0;
            } catch (ReplayException e) {
                requireGone(name, e);
            }
            requireUnchanged(name);
        }
    }

    private static void check(OffHeapReplayMemory memory) {
        for (SamplerSpec.Builder spec :
                List.of(SamplerSpec.uniform("uniform", 32), SamplerSpec.prioritized("by-priority", 32))) {
            try (Sampler sampler = memory.sampler(spec.seed(1).build())) {
                Batch batch = sampler.newBatch();
                for (int i = 0; i < 5 && sampler.trySample(batch); i++) {
                    Story.check(batch);
                }
            }
        }
    }

    /** A published snapshot whose bytes are known, maybe deleted by now. */
    private String any(SplitMix64 random) {
        List<String> names = snapshots.list().stream()
                .map(Snapshot::name)
                .filter(published::containsKey)
                .toList();
        return names.isEmpty() ? null : names.get(random.nextInt(names.size()));
    }

    private void requireGone(String name, ReplayException e) {
        if (Files.exists(path(name))) {
            throw e;
        }
    }

    private Path path(String name) {
        return directory.resolve("snapshots").resolve(name);
    }

    /** Null if the snapshot is gone: names are not used twice, so what has its name afterwards had it all the time. */
    private Map<String, String> bytes(String name) {
        Map<String, String> bytes;
        try {
            bytes = SnapshotBytes.of(path(name));
        } catch (UncheckedIOException e) {
            if (Files.exists(path(name))) {
                throw e;
            }
            return null;
        }
        return Files.exists(path(name)) ? bytes : null;
    }

    private void requireUnchanged(String name) {
        Map<String, String> bytes = bytes(name);
        if (bytes != null) {
            assertThat(bytes).as("bytes of %s", name).isEqualTo(published.get(name));
            compared.incrementAndGet();
        }
    }

    private void requireAllUnchanged() {
        List<Snapshot> left = snapshots.list();
        assertThat(left).isNotEmpty();
        left.forEach(snapshot -> requireUnchanged(snapshot.name()));
    }

    private void requireWhatIsLeft(RowLayout layout) {
        for (Snapshot left : snapshots.list()) {
            try (OffHeapReplayMemory snapshot = OffHeapReplayMemory.openSnapshot(directory, left.name())) {
                HeldRows.of(snapshot);
                check(snapshot);
            }
        }
        List<Path> memories = new ArrayList<>(forks);
        memories.add(directory);
        for (Path each : memories) {
            try (OffHeapReplayMemory memory = open(each, layout)) {
                assertThat(HeldRows.of(memory)).as(each.toString()).isNotEmpty();
                check(memory);
            }
        }
        requireAllUnchanged();
    }
}
