package io.engram.jmh;

import io.engram.replay.RowLayout;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.internal.ring.Ring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Appends W1 rows one at a time, as fast as it can, for a minute, into files that together exceed what the system lets
 * lie unwritten in its page cache; and says how long each append took.
 *
 * <p>{@code java -cp benchmarks.jar io.engram.jmh.SustainedAppend [seconds=60] [rows=100000000]
 * [layout=SELF_CONTAINED] [sync=0]} with the flags of the README. {@code sync}: milliseconds from the end of one sync
 * of everything to the next, 0 for none.
 */
public final class SustainedAppend {
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final double[] PERCENTILES = {50, 99, 99.9, 99.99, 99.999};
    private static final int ROWS_BETWEEN_LOOKS = 1 << 12;

    private final Histogram nanos = new Histogram(LONGEST_NANOS, 3);
    private final List<Long> rowsBySecond = new ArrayList<>();
    private long cpuNanos;

    private SustainedAppend() {}

    /**
     * Runs.
     *
     * @param args as above
     */
    public static void main(String[] args) {
        int seconds = Integer.parseInt(option(args, "seconds", "60"));
        long rows = Long.parseLong(option(args, "rows", "100000000"));
        RowLayout layout = RowLayout.valueOf(option(args, "layout", RowLayout.SELF_CONTAINED.name()));
        Duration sync = Duration.ofMillis(Long.parseLong(option(args, "sync", "0")));
        try (BenchmarkDirectory directory = BenchmarkDirectory.create();
                OffHeapReplayMemory memory = OffHeapReplayMemory.builder(Experience.schema(layout), rows)
                        .directory(directory.path().resolve("memory"))
                        .syncEvery(sync)
                        .open()) {
            System.out.printf("file system: %s%n", directory.fileSystem());
            System.out.printf("page cache: %s%n", dirtyLimit());
            SustainedAppend run = new SustainedAppend();
            try (StreamWriter writer = memory.writer("actor")) {
                run.append(writer, seconds);
            }
            run.print(layout, rows);
            System.out.printf("sync: %s%n", sync.isZero() ? "never" : "every " + sync);
            System.out.printf(
                    "segments: %d of %d rows begun, of which the writer had to prepare %d itself%n",
                    ring(memory).limit() / ring(memory).geometry().rows(),
                    ring(memory).geometry().rows(),
                    ring(memory).selfPrepared());
            System.out.printf("stored bytes: %d%n", memory.stats().storedBytes());
        }
    }

    private void append(StreamWriter writer, int seconds) {
        Experience experience = new Experience(1);
        long second = TimeUnit.SECONDS.toNanos(1);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long cpuBefore = threads.getCurrentThreadCpuTime();
        long start = System.nanoTime();
        long last = start;
        long counted = 0;
        long rows = 0;
        while (rowsBySecond.size() < seconds) {
            experience.append(writer);
            long now = System.nanoTime();
            nanos.recordValue(Math.min(now - last, LONGEST_NANOS));
            last = now;
            rows++;
            if ((rows & (ROWS_BETWEEN_LOOKS - 1)) == 0) {
                while (now - start >= (rowsBySecond.size() + 1) * second) {
                    rowsBySecond.add(rows - counted);
                    counted = rows;
                }
            }
        }
        cpuNanos = threads.getCurrentThreadCpuTime() - cpuBefore;
    }

    private void print(RowLayout layout, long capacity) {
        System.out.printf("W1 rows, layout=%s, capacity=%d, seconds=%d%n", layout, capacity, rowsBySecond.size());
        System.out.printf(
                Locale.ROOT,
                "rows: %d, %.2f M/s%n",
                nanos.getTotalCount(),
                millions(nanos.getTotalCount()) / rowsBySecond.size());
        System.out.println("M rows in each second: "
                + rowsBySecond.stream()
                        .map(rows -> String.format(Locale.ROOT, "%.1f", millions(rows)))
                        .toList());
        System.out.printf(
                Locale.ROOT,
                "processor: this thread had %.0f%% of one, %.0f ns an append%n",
                100.0 * cpuNanos / TimeUnit.SECONDS.toNanos(rowsBySecond.size()),
                (double) cpuNanos / nanos.getTotalCount());
        System.out.println("nanoseconds an append, the clock's own about 25 included:");
        for (double percentile : PERCENTILES) {
            System.out.printf(Locale.ROOT, "  p%-7s %,12d%n", trim(percentile), nanos.getValueAtPercentile(percentile));
        }
        System.out.printf(Locale.ROOT, "  max      %,12d%n", nanos.getMaxValue());
    }

    /** The memory does not publish this figure, and a benchmark may look behind the curtain. */
    private static Ring ring(OffHeapReplayMemory memory) {
        try {
            Method method = OffHeapReplayMemory.class.getDeclaredMethod("ring");
            method.setAccessible(true);
            return (Ring) method.invoke(memory);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the memory's ring cannot be reached", e);
        }
    }

    private static String dirtyLimit() {
        Path meminfo = Path.of("/proc/meminfo");
        if (!Files.isReadable(meminfo)) {
            return "unknown";
        }
        try {
            String available = Files.readAllLines(meminfo).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .findFirst()
                    .orElse("MemAvailable: unknown")
                    .replaceAll("\\s+", " ");
            return "dirty_ratio=" + read("/proc/sys/vm/dirty_ratio") + "%, dirty_bytes="
                    + read("/proc/sys/vm/dirty_bytes") + ", " + available;
        } catch (IOException e) {
            throw new UncheckedIOException("the page cache's limits cannot be read", e);
        }
    }

    private static String read(String file) throws IOException {
        // By lines: these files give all of themselves to the first read and nothing to a second.
        return Files.readAllLines(Path.of(file)).get(0);
    }

    private static String option(String[] args, String name, String otherwise) {
        for (String arg : args) {
            if (arg.startsWith(name + "=")) {
                return arg.substring(name.length() + 1);
            }
        }
        return otherwise;
    }

    private static double millions(long count) {
        return count / 1e6;
    }

    private static String trim(double percentile) {
        return percentile == Math.rint(percentile) ? String.valueOf((int) percentile) : String.valueOf(percentile);
    }
}
