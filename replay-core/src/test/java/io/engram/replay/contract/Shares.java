package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.replay.Batch;
import io.engram.replay.Prioritization;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.Windows;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What tests of priorities share: small memories, updates by sequence, and the probabilities of all transitions. */
final class Shares {
    private static final int DRAWS = 4096;

    private Shares() {}

    /** A proportional index named {@code default} that adds nothing to TD errors. */
    static PriorityIndex proportional(double alpha) {
        return PriorityIndex.proportional(PriorityIndex.DEFAULT_NAME)
                .alpha(alpha)
                .epsilon(0)
                .build();
    }

    /** A sampler of the index named {@code default}, with a name of its own, never closed. */
    static Sampler learner(ReplayMemory memory, int batchSize) {
        return memory.sampler(
                SamplerSpec.prioritized("learner", batchSize).seed(1).build());
    }

    /** Appends one episode that does not end, whose transitions start at 0 to {@code transitions - 1}. */
    static StreamWriter fill(ReplayMemory memory, int transitions) {
        StreamWriter writer = memory.writer("fill");
        MemoryContract.begin(writer, 0);
        for (int i = 0; i < transitions; i++) {
            MemoryContract.step(writer, i, i + 1);
        }
        return writer;
    }

    /** A capacity for exactly so many transitions of one episode. */
    static long capacityFor(RowLayout layout, int transitions) {
        return layout == RowLayout.ARRIVAL ? transitions + 1L : transitions;
    }

    /** Sets the priorities of transitions 0 to n - 1. */
    static void setAll(Sampler sampler, float... priorities) {
        long[] sequences = new long[priorities.length];
        for (int i = 0; i < sequences.length; i++) {
            sequences[i] = i;
        }
        sampler.updatePriorities(sampler.newBatch().incarnation(), sequences, priorities);
    }

    /** Sets one priority. */
    static void set(Sampler sampler, long sequence, double priority) {
        sampler.updatePriorities(
                sampler.newBatch().incarnation(), new long[] {sequence}, new float[] {(float) priority});
    }

    /** The mass of a priority by definition, slowly. */
    static long mass(double priority, double alpha) {
        if (priority == 0) {
            return 0;
        }
        double exact = StrictMath.pow(priority, alpha) * (1 << 20);
        return (long) Math.min(0x1p35, Math.max(1, Math.floor(exact + 0.5)));
    }

    /**
     * The probability of each transition that can be drawn, by sequence. They add up to 1, or else one that is not
     * drawn has some mass. Finds all above 1/2048 for certain.
     */
    static Map<Long, Double> of(ReplayMemory memory, String index) {
        return of(memory, index, null);
    }

    /** As {@link #of(ReplayMemory, String)}, of an index for windows. */
    static Map<Long, Double> of(ReplayMemory memory, String index, @Nullable Windows windows) {
        TreeMap<Long, Double> found = new TreeMap<>();
        for (int size : new int[] {1, DRAWS}) {
            SamplerSpec.Builder spec = SamplerSpec.prioritized("shares", size)
                    .index(index)
                    .draw(Prioritization.Draw.STRATIFIED)
                    .seed(size);
            if (windows != null) {
                spec.windows(windows);
            }
            try (Sampler sampler = memory.sampler(spec.build())) {
                Batch batch = sampler.newBatch();
                if (!sampler.trySample(batch)) {
                    return Map.of();
                }
                for (int row = 0; row < size; row++) {
                    Double before = found.put(batch.sequence(row), batch.probability(row));
                    assertThat(batch.probability(row))
                            .as("probability of sequence=%d", batch.sequence(row))
                            .isPositive()
                            .isEqualTo(before == null ? batch.probability(row) : before);
                }
            }
        }
        assertThat(found.values().stream().mapToDouble(Double::doubleValue).sum())
                .as("sum of %s", found)
                .isCloseTo(1, within(1e-12));
        return found;
    }

    /** Exactly the transitions of positive mass are drawn, each in proportion to its mass. */
    static void assertMasses(ReplayMemory memory, String index, Map<Long, Long> masses) {
        assertMasses(memory, index, masses, 1e-12);
    }

    static void assertMasses(ReplayMemory memory, String index, Map<Long, Long> masses, double tolerance) {
        assertMasses(of(memory, index), masses, tolerance);
    }

    /** Exactly the windows of positive priority are drawn, by an index whose alpha is 1. */
    static void assertPriorities(ReplayMemory memory, String index, Windows windows, Map<Long, Double> priorities) {
        Map<Long, Long> masses = new TreeMap<>();
        priorities.forEach((key, priority) -> masses.put(key, mass(priority, 1)));
        assertMasses(of(memory, index, windows), masses, 1e-12);
    }

    private static void assertMasses(Map<Long, Double> found, Map<Long, Long> masses, double tolerance) {
        double total =
                (double) masses.values().stream().mapToLong(Long::longValue).sum();
        TreeMap<Long, Long> positive = new TreeMap<>(masses);
        positive.values().removeIf(mass -> mass == 0);
        assertThat(found.keySet()).as("transitions drawn").isEqualTo(positive.keySet());
        positive.forEach((sequence, mass) -> assertThat(found.get(sequence))
                .as("probability of sequence=%d in %s of masses %s", sequence, found, masses)
                .isCloseTo((double) mass / total, within(tolerance)));
    }

    /** Transitions 0 to n - 1 of the index named {@code default}, whose alpha is 1, have these priorities. */
    static void assertPriorities(ReplayMemory memory, double... priorities) {
        assertPrioritiesFrom(memory, 0, priorities);
    }

    /** Transitions from {@code first} on, and no others, have these priorities in an index whose alpha is 1. */
    static void assertPrioritiesFrom(ReplayMemory memory, long first, double... priorities) {
        TreeMap<Long, Long> masses = new TreeMap<>();
        for (int i = 0; i < priorities.length; i++) {
            masses.put(first + i, mass(priorities[i], 1));
        }
        assertMasses(memory, PriorityIndex.DEFAULT_NAME, masses);
    }

    /** The counters of updates: done, stale, clamped. */
    static List<Long> counters(ReplayMemory memory) {
        return List.of(
                memory.stats().priorityUpdates(),
                memory.stats().staleUpdates(),
                memory.stats().clampedPriorities());
    }
}
