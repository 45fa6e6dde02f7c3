package io.engram.jmh;

import io.engram.replay.Batch;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.PriorityIndex;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.ErasureCertificate;
import io.engram.replay.offheap.ErasureProof;
import io.engram.replay.offheap.ErasureRequest;
import io.engram.replay.offheap.Erasures;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.PendingErasure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long an erasure takes: a memory of W1 with priorities and three snapshots, each a quarter of the rows later; one
 * subject of many is erased a round. Until nobody can sample it any more, and until nothing is left of it in any file,
 * alone and while a learner draws batches by priority; and the longest of its batches: median, least, greatest.
 *
 * <p>{@code java -cp benchmarks.jar io.engram.jmh.EraseReport [rows=10000000] [subjects=10000] [steps=100] [rounds=9]
 * [catalogue=false]} with the flags of the README, those of Chronicle Map included.
 */
public final class EraseReport {
    private static final int BATCH = 256;

    private final long rows;
    private final int subjects;
    private final int steps;
    private final int rounds;
    private final boolean catalogue;
    private final Experience experience = new Experience(1);
    private final Map<String, List<Double>> results = new LinkedHashMap<>();
    private long episodes;

    private EraseReport(Map<String, String> options) {
        rows = Long.parseLong(options.getOrDefault("rows", "10000000"));
        subjects = Integer.parseInt(options.getOrDefault("subjects", "10000"));
        steps = Integer.parseInt(options.getOrDefault("steps", "100"));
        rounds = Integer.parseInt(options.getOrDefault("rounds", "9"));
        catalogue = Boolean.parseBoolean(options.getOrDefault("catalogue", "false"));
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
        new EraseReport(options).run();
    }

    private void run() {
        try (BenchmarkDirectory directory = BenchmarkDirectory.create()) {
            System.out.printf(
                    "file system: %s, heap at most %d MiB%n",
                    directory.fileSystem(), Runtime.getRuntime().maxMemory() >> 20);
            Erasures erasures = Erasures.of(directory.path().resolve("memory"));
            try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(
                            Workload.SMALL.schema(RowLayout.SELF_CONTAINED), rows)
                    .directory(directory.path().resolve("memory"))
                    .priorities(PriorityIndex.proportional("default").build())
                    .catalogue(catalogue)
                    .open()) {
                fill(memory);
                while (catalogue && !memory.catalogue().isIndexed()) {
                    Thread.onSpinWait();
                }
                for (int round = 0; round < rounds; round++) {
                    ErasureCertificate certificate = erase(memory, 2 * round, "alone");
                    note("rows of a subject", (double) certificate.rows());
                    note("files changed", certificate.files().size());
                    erase(memory, 2 * round + 1, "beside a learner");
                    verify(erasures, certificate);
                }
            }
        }
        results.forEach((what, values) -> {
            Collections.sort(values);
            System.out.printf(
                    Locale.ROOT,
                    "%-60s %10.1f, %.1f - %.1f%n",
                    what,
                    values.get(values.size() / 2),
                    values.get(0),
                    values.get(values.size() - 1));
        });
    }

    private void fill(OffHeapReplayMemory memory) {
        try (StreamWriter writer = memory.writer("actor")) {
            for (int quarter = 1; quarter <= 4; quarter++) {
                long end = rows / 4 * quarter / steps;
                for (; episodes < end; episodes++) {
                    writer.label(EpisodeLabel.ofSubject("subject-" + episodes % subjects));
                    writer.begin(experience.observation());
                    for (int step = 1; step <= steps; step++) {
                        writer.step(
                                experience.action(),
                                experience.reward(),
                                experience.nextObservation(),
                                step == steps,
                                false);
                        experience.advance();
                    }
                }
                if (quarter > 1) {
                    memory.snapshot("quarter-" + quarter);
                }
            }
        }
    }

    private ErasureCertificate erase(OffHeapReplayMemory memory, int subject, String how) {
        Learner learner = how.equals("alone") ? null : new Learner(memory);
        long start = System.nanoTime();
        PendingErasure pending = memory.beginErasure(ErasureRequest.subject("subject-" + subject));
        note("until nobody can sample it, " + how + ", ms", millis(start));
        ErasureCertificate certificate = pending.await();
        note("until nothing is left of it, " + how + ", ms", millis(start));
        if (learner != null) {
            note("longest batch meanwhile, ms", learner.stop());
        }
        return certificate;
    }

    private void verify(Erasures erasures, ErasureCertificate certificate) {
        long start = System.nanoTime();
        ErasureProof proof = erasures.verify(certificate.id());
        note("proof of it, ms", millis(start));
        if (!proof.isProven()) {
            throw new IllegalStateException("not proven: " + proof.findings());
        }
    }

    /** Draws batches on a thread of its own. */
    private static final class Learner {
        private final Thread thread;
        private volatile boolean stopped;
        private volatile double longest;

        Learner(OffHeapReplayMemory memory) {
            thread = new Thread(() -> {
                try (Sampler sampler = memory.sampler(
                        SamplerSpec.prioritized("learner", BATCH).seed(1).build())) {
                    Batch batch = sampler.newBatch();
                    while (!stopped) {
                        long start = System.nanoTime();
                        sampler.sample(batch);
                        longest = Math.max(longest, millis(start));
                    }
                }
            });
            thread.start();
        }

        double stop() {
            stopped = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return longest;
        }
    }

    private void note(String what, double value) {
        results.computeIfAbsent(what, first -> new ArrayList<>()).add(value);
    }

    private static double millis(long start) {
        return (System.nanoTime() - start) / 1e6;
    }
}
