package io.engram.jmh;

import io.engram.replay.Batch;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.Catalogue;
import io.engram.replay.offheap.OffHeapReplayMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the catalogue costs: a memory of W1 with many short episodes, its index made anew and opened again; questions
 * answered with the index and from the journal; and appends of episodes and batches with and without an index, in turn,
 * as ratios of the processor times of pairs: median, least, greatest.
 *
 * <p>{@code java -cp benchmarks.jar io.engram.jmh.CatalogueReport [episodes=1000000] [rounds=15]} with the flags of the
 * README, those of Chronicle Map included.
 */
public final class CatalogueReport {
    private static final int STEPS = 2;
    private static final int BATCHES = 10_000;
    private static final int APPENDED = 20_000;
    private static final int SUBJECTS = 1_000;
    private static final long SETTLE_MILLIS = 500;

    private final int episodes;
    private final int rounds;
    private final Experience experience = new Experience(1);

    private CatalogueReport(Map<String, String> options) {
        episodes = Integer.parseInt(options.getOrDefault("episodes", "1000000"));
        rounds = Integer.parseInt(options.getOrDefault("rounds", "15"));
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
        new CatalogueReport(options).run();
    }

    private void run() {
        try (BenchmarkDirectory directory = BenchmarkDirectory.create()) {
            System.out.printf(
                    "file system: %s, heap at most %d MiB%n",
                    directory.fileSystem(), Runtime.getRuntime().maxMemory() >> 20);
            Path with = directory.path().resolve("with");
            Path without = directory.path().resolve("without");
            fill(with);
            fill(without);
            try (OffHeapReplayMemory memory = open(with, true)) {
                long start = System.nanoTime();
                awaitIndex(memory);
                print("index made anew, " + episodes + " episodes", millis(start), "ms");
            }
            System.out.printf("files of the index: %d MiB%n", size(with.resolve("catalogue")) >> 20);
            try (OffHeapReplayMemory memory = open(with, true)) {
                long start = System.nanoTime();
                awaitIndex(memory);
                print("index opened again", millis(start), "ms");
            }
            try (OffHeapReplayMemory indexed = open(with, true);
                    OffHeapReplayMemory plain = open(without, false)) {
                awaitIndex(indexed);
                for (int i = 0; i < 3; i++) {
                    ask("index", indexed.catalogue());
                }
                ask("journal", plain.catalogue());
                compare(indexed, plain);
            }
        }
    }

    private OffHeapReplayMemory open(Path path, boolean catalogue) {
        return OffHeapReplayMemory.builder(Workload.SMALL.schema(RowLayout.SELF_CONTAINED), (long) episodes * STEPS)
                .directory(path)
                .catalogue(catalogue)
                .open();
    }

    private void fill(Path path) {
        try (OffHeapReplayMemory memory = open(path, false);
                StreamWriter writer = memory.writer("actor")) {
            append(writer, episodes);
        }
    }

    private void append(StreamWriter writer, int count) {
        for (int i = 0; i < count; i++) {
            if (i % 16 == 0) {
                writer.label(EpisodeLabel.ofSubject("subject-" + i / 16 % SUBJECTS, "night"));
            }
            writer.begin(experience.observation());
            for (int step = 1; step <= STEPS; step++) {
                writer.step(
                        experience.action(), experience.reward(), experience.nextObservation(), step == STEPS, false);
                experience.advance();
            }
        }
    }

    private static void awaitIndex(OffHeapReplayMemory memory) {
        while (!memory.catalogue().isIndexed()) {
            pause(1);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void ask(String by, Catalogue catalogue) {
        long start = System.nanoTime();
        int found = catalogue.bestByReturn(100).size();
        print("best 100 by return, by " + by, millis(start), "ms");
        start = System.nanoTime();
        found += catalogue.bySubject("subject-7").size();
        print("a subject, by " + by, millis(start), "ms");
        start = System.nanoTime();
        found += catalogue.episode(episodes / 2).isPresent() ? 1 : 0;
        print("one episode, by " + by, millis(start), "ms");
        System.out.printf("(%d episodes found)%n", found);
    }

    private void compare(OffHeapReplayMemory indexed, OffHeapReplayMemory plain) {
        List<Double> appends = new ArrayList<>();
        List<Double> samples = new ArrayList<>();
        List<Double> some = new ArrayList<>();
        SamplerSpec all = SamplerSpec.uniform("all", Experience.BATCH).seed(1).build();
        SamplerSpec best = SamplerSpec.uniform("best", Experience.BATCH)
                .seed(1)
                .episodes(EpisodeFilter.bestByReturn(episodes / 10).refreshedEvery(1_000_000_000))
                .build();
        try (StreamWriter a = indexed.writer("bench");
                StreamWriter b = plain.writer("bench");
                Sampler allOfIndexed = indexed.sampler(all);
                Sampler allOfPlain = plain.sampler(all);
                Sampler bestOfPlain = plain.sampler(best)) {
            sample(bestOfPlain);
            sample(allOfPlain);
            sample(allOfIndexed);
            // The first rounds are for the compiler.
            for (int round = -3; round < rounds; round++) {
                double with = time(() -> append(a, APPENDED));
                double without = time(() -> append(b, APPENDED));
                pause(SETTLE_MILLIS);
                double sampled = time(() -> sample(allOfIndexed));
                double reference = time(() -> sample(allOfPlain));
                double ofBest = time(() -> sample(bestOfPlain));
                if (round >= 0) {
                    appends.add(with / without);
                    samples.add(sampled / reference);
                    some.add(ofBest / reference);
                }
            }
        }
        ratio("append of episodes, with an index over without", appends);
        ratio("uniform batch, with an index over without", samples);
        ratio("batch of the best tenth of episodes over one of all", some);
    }

    private static void sample(Sampler sampler) {
        Batch batch = sampler.newBatch();
        for (int i = 0; i < BATCHES; i++) {
            sampler.sample(batch);
        }
    }

    /** Processor time of this thread: what others do on the machine counts little. */
    private static double time(Runnable work) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long start = threads.getCurrentThreadCpuTime();
        work.run();
        return threads.getCurrentThreadCpuTime() - start;
    }

    private static double millis(long start) {
        return (System.nanoTime() - start) / 1e6;
    }

    private static long size(Path directory) {
        long size = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                size += Files.size(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return size;
    }

    private static void print(String what, double value, String unit) {
        System.out.printf(Locale.ROOT, "%-60s %10.2f %s%n", what, value, unit);
    }

    private static void ratio(String what, List<Double> ratios) {
        Collections.sort(ratios);
        System.out.printf(
                Locale.ROOT,
                "%-60s %10.3f (%.3f - %.3f)%n",
                what,
                ratios.get(ratios.size() / 2),
                ratios.get(0),
                ratios.get(ratios.size() - 1));
    }
}
