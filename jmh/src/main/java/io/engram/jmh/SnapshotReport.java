package io.engram.jmh;

import io.engram.replay.Batch;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapMemoryBuilder;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.PendingSnapshot;
import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.SnapshotRequest;
import io.engram.replay.offheap.Snapshots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * W5: what snapshots cost. A memory of W1 or W2 with priorities is filled and made durable, and its segments sealed;
 * then, in rounds: a snapshot while one thread appends and another one samples by priority and updates, a thousand rows
 * more, and another snapshot; then reopening to the first batch, opening a snapshot to the first batch, restore and
 * fork. Figures in milliseconds, a line a quantity: median, least, greatest.
 *
 * <p>{@code java -cp benchmarks.jar io.engram.jmh.SnapshotReport [workload=MEDIUM] [rows=1000000] [rounds=7]
 * [pause=0] [cold=false]} with the flags of the README. {@code pause}: microseconds between two appends and between two
 * batches; {@code cold}: before each opening the system is told to forget its page cache, which only root may.
 */
public final class SnapshotReport {
    private static final long SETTLE_MILLIS = 3_000;
    private static final int MORE_ROWS = 1_000;
    private static final SamplerSpec LEARNER =
            SamplerSpec.prioritized("learner", Experience.BATCH).seed(1).build();

    private final Workload workload;
    private final long rows;
    private final int rounds;
    private final long pauseNanos;
    private final boolean cold;
    private final Map<String, List<Double>> figures = new LinkedHashMap<>();

    private SnapshotReport(Map<String, String> options) {
        workload = Workload.valueOf(options.getOrDefault("workload", Workload.MEDIUM.name()));
        rows = Long.parseLong(options.getOrDefault("rows", "1000000"));
        rounds = Integer.parseInt(options.getOrDefault("rounds", "7"));
        pauseNanos = TimeUnit.MICROSECONDS.toNanos(Long.parseLong(options.getOrDefault("pause", "0")));
        cold = Boolean.parseBoolean(options.getOrDefault("cold", "false"));
    }

    /**
     * Runs.
     *
     * @param args as above
     */
    public static void main(String[] args) {
        Map<String, String> options = new LinkedHashMap<>();
        for (String arg : args) {
            String[] parts = arg.split("=", 2);
            options.put(parts[0], parts[1]);
        }
        new SnapshotReport(options).run();
    }

    private void run() {
        try (BenchmarkDirectory directory = BenchmarkDirectory.create()) {
            System.out.printf("file system: %s%n", directory.fileSystem());
            Path path = directory.path().resolve("memory");
            try (OffHeapReplayMemory memory = builder(path).open();
                    StreamWriter writer = memory.writer("actor");
                    Sampler sampler = memory.sampler(LEARNER)) {
                fill(memory, writer, sampler);
                System.out.printf(
                        "%s, rows=%d, stored bytes=%d%n",
                        workload, rows, memory.stats().storedBytes());
                for (int round = 0; round < rounds; round++) {
                    settle(memory);
                    snapshotAlone(memory, "alone-" + round, "");
                    append(writer, MORE_ROWS);
                    snapshotAlone(memory, "more-" + round, " after " + MORE_ROWS + " rows more");
                    settle(memory);
                    snapshotBeside(memory, writer, sampler, "beside-" + round);
                }
            }
            Snapshots snapshots = Snapshots.of(path);
            String last = snapshots.list().get(snapshots.list().size() - 1).name();
            for (int round = 0; round < rounds; round++) {
                reopen(path);
                openSnapshot(path, last);
                Path fork = directory.path().resolve("fork-" + round);
                time("fork", () -> snapshots.fork(last, fork));
                time("restore", () -> snapshots.restore(last));
            }
            print();
        }
    }

    private OffHeapMemoryBuilder builder(Path path) {
        return OffHeapReplayMemory.builder(workload.schema(RowLayout.SELF_CONTAINED), rows)
                .directory(path)
                .priorities(
                        PriorityIndex.proportional(PriorityIndex.DEFAULT_NAME).build());
    }

    private void fill(OffHeapReplayMemory memory, StreamWriter writer, Sampler sampler) {
        Experience experience = new Experience(workload, 1);
        while (memory.size() < rows) {
            for (int i = 0; i < Experience.EPISODE; i++) {
                experience.append(writer);
            }
        }
        Batch batch = sampler.newBatch();
        TdErrors errors = new TdErrors(1);
        for (int i = 0; i < 2_000; i++) {
            sampler.updateTdErrors(sampler.sample(batch), errors.next());
        }
    }

    private void append(StreamWriter writer, int count) {
        Experience experience = new Experience(workload, 2);
        for (int i = 0; i < count; i++) {
            experience.append(writer);
        }
    }

    /** Until the background has sealed what it can. */
    private static void settle(OffHeapReplayMemory memory) {
        memory.sync();
        sleep(SETTLE_MILLIS);
    }

    private void snapshotAlone(OffHeapReplayMemory memory, String name, String what) {
        long written = writtenBytes();
        long start = System.nanoTime();
        PendingSnapshot pending = memory.beginSnapshot(SnapshotRequest.named(name));
        note("cut, the caller's own wait" + what, System.nanoTime() - start);
        Snapshot snapshot = pending.await();
        note("durable" + what, System.nanoTime() - start);
        noteMillions("MB written, as the system counts" + what, writtenBytes() - written);
        noteMillions("MB that only the snapshot has" + what, snapshot.ownBytes());
    }

    private void snapshotBeside(OffHeapReplayMemory memory, StreamWriter writer, Sampler sampler, String name) {
        Experience experience = new Experience(workload, 3);
        Batch batch = sampler.newBatch();
        TdErrors errors = new TdErrors(2);
        try (Loop appends = new Loop(() -> experience.append(writer), pauseNanos);
                Loop samples =
                        new Loop(() -> sampler.updateTdErrors(sampler.sample(batch), errors.next()), pauseNanos)) {
            sleep(500);
            appends.takeLongest();
            samples.takeLongest();
            long start = System.nanoTime();
            sleep(400);
            note("longest append, no snapshot, 400 ms", appends.takeLongest());
            note("longest batch, no snapshot, 400 ms", samples.takeLongest());
            long quiet = System.nanoTime() - start;
            start = System.nanoTime();
            memory.beginSnapshot(SnapshotRequest.named(name)).await();
            long durable = System.nanoTime() - start;
            note("durable, beside a writer and a learner", durable);
            note("longest append during the snapshot", appends.takeLongest());
            note("longest batch during the snapshot", samples.takeLongest());
            System.out.printf(Locale.ROOT, "round: quiet=%.0f ms, snapshot=%.0f ms%n", quiet / 1e6, durable / 1e6);
        }
    }

    private void reopen(Path path) {
        forget();
        long start = System.nanoTime();
        try (OffHeapReplayMemory memory = builder(path).open();
                Sampler sampler = memory.sampler(LEARNER)) {
            note("open", System.nanoTime() - start);
            sampler.sample(sampler.newBatch());
            note("open to the first batch", System.nanoTime() - start);
        }
    }

    private void openSnapshot(Path path, String name) {
        forget();
        long start = System.nanoTime();
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.openSnapshot(path, name);
                Sampler sampler = memory.sampler(LEARNER)) {
            sampler.sample(sampler.newBatch());
            note("open a snapshot to the first batch", System.nanoTime() - start);
        }
    }

    private void forget() {
        if (cold) {
            try {
                new ProcessBuilder("sync").start().waitFor();
                Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "3");
            } catch (IOException e) {
                throw new UncheckedIOException("the page cache cannot be emptied; run as root, or with cold=false", e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void time(String what, Runnable action) {
        long start = System.nanoTime();
        action.run();
        note(what, System.nanoTime() - start);
    }

    private void note(String what, long nanos) {
        figures.computeIfAbsent(what, missing -> new ArrayList<>()).add(nanos / 1e6);
    }

    private void noteMillions(String what, long count) {
        figures.computeIfAbsent(what, missing -> new ArrayList<>()).add(count / 1e6);
    }

    private void print() {
        System.out.printf("| %s, rows=%d%s | median | least | greatest |%n", workload, rows, cold ? ", cold" : "");
        System.out.println("| --- | --: | --: | --: |");
        figures.forEach((what, values) -> {
            double[] sorted =
                    values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f | %.2f |%n",
                    what,
                    sorted[sorted.length / 2],
                    sorted[0],
                    sorted[sorted.length - 1]);
        });
    }

    /** Bytes that this process had the system write, 0 where it does not say. */
    private static long writtenBytes() {
        Path io = Path.of("/proc/self/io");
        if (!Files.isReadable(io)) {
            return 0;
        }
        try {
            return Files.readAllLines(io).stream()
                    .filter(line -> line.startsWith("write_bytes: "))
                    .mapToLong(line -> Long.parseLong(line.substring("write_bytes: ".length())))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException("the system's counters cannot be read", e);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A thread that does the same again and again, and knows the longest time from one end to the next. */
    private static final class Loop implements AutoCloseable {
        private final Thread thread;
        private volatile long longest;
        private volatile boolean forgotten;
        private volatile boolean closed;

        Loop(Runnable operation, long pauseNanos) {
            thread = new Thread(() -> {
                long last = System.nanoTime();
                while (!closed) {
                    operation.run();
                    long now = System.nanoTime();
                    if (forgotten) {
                        forgotten = false;
                        longest = 0;
                    }
                    if (now - last > longest) {
                        longest = now - last;
                    }
                    last = now;
                    if (pauseNanos > 0) {
                        while (System.nanoTime() - now < pauseNanos) {
                            Thread.onSpinWait();
                        }
                        last = System.nanoTime();
                    }
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        /** The longest since the last call; an operation that is under way counts when it ends. */
        long takeLongest() {
            long found = longest;
            forgotten = true;
            return found;
        }

        @Override
        public void close() {
            closed = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
