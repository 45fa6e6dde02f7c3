package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Column;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.NStep;
import io.engram.replay.Prioritization;
import io.engram.replay.Prioritization.Draw;
import io.engram.replay.Prioritization.Normalization;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Compares two memories of {@link Schemas#learning} by the transitions over n steps, stacks and windows that they
 * sample, uniformly and by priority, of any age and of the young. No other thread may be at work.
 */
public final class SameElements {
    private static final int BATCH = 7;
    private static final int ROUNDS = 12;

    private SameElements() {}

    /** The priorities that both memories must have. */
    public static PriorityIndex[] indexes() {
        return ElementSpecs.indexes();
    }

    /**
     * Plays the same random history into both memories and updates both in the same random way, through samplers of
     * every kind that stay open: outcome, sequences, every byte, ages, probabilities, weights and the random state
     * after are the same.
     *
     * @param first a new memory of {@link Schemas#learning} and {@link #indexes}
     * @param second another of the same layout and capacity
     * @param seed of the history, the updates and the samplers
     * @param operations of the history
     */
    public static void assertSameThroughAHistory(ReplayMemory first, ReplayMemory second, long seed, int operations) {
        assertThat(second.schema()).isEqualTo(first.schema());
        assertThat(second.capacity()).isEqualTo(first.capacity());
        assertThat(second.priorityIndexes()).isEqualTo(first.priorityIndexes()).isNotEmpty();
        RandomScript script = new RandomScript(seed);
        SplitMix64 random = new SplitMix64(seed);
        List<Pair> pairs = new ArrayList<>();
        try {
            for (SamplerSpec spec : specs(first.schema(), seed)) {
                pairs.add(new Pair(first, second, spec));
            }
            ScriptPlayer playerA = new ScriptPlayer(first);
            ScriptPlayer playerB = new ScriptPlayer(second);
            for (int i = 0; i < ROUNDS; i++) {
                List<Script.Event> events = script.next(Math.max(1, operations / ROUNDS));
                assertThat(playerB.play(events)).as("%s", script).isEqualTo(playerA.play(events));
                String history = "seed=" + seed + " " + script;
                for (Pair pair : pairs) {
                    pair.assertSame(history);
                    if (random.nextInt(2) == 0) {
                        pair.change(random, first.stats().appendedRows());
                    }
                }
                assertThat(Shares.counters(second)).as(history).isEqualTo(Shares.counters(first));
            }
        } finally {
            pairs.forEach(Pair::close);
        }
    }

    /**
     * New samplers of every kind with equal seeds give equal batches on both. Not by rank, which goes by when an index
     * was opened.
     *
     * @param first a memory of {@link Schemas#learning} and {@link #indexes}
     * @param second another with the same rows and priorities, such as one that was opened again
     * @param seed of the samplers
     */
    public static void assertSameBatches(ReplayMemory first, ReplayMemory second, long seed) {
        List<String> ranked = first.priorityIndexes().stream()
                .filter(index -> index.kind() == PriorityIndex.Kind.RANK)
                .map(PriorityIndex::name)
                .toList();
        for (SamplerSpec spec : specs(first.schema(), seed)) {
            Prioritization prioritization = spec.prioritization();
            if (prioritization == null
                    || (prioritization.normalization() == Normalization.BATCH_MAXIMUM
                            && !ranked.contains(prioritization.index()))) {
                Pair pair = new Pair(first, second, spec);
                try {
                    for (int i = 0; i < 3; i++) {
                        pair.assertSame("seed=" + seed);
                    }
                } finally {
                    pair.close();
                }
            }
        }
    }

    /**
     * Plays the same random history into both, closing and opening the first at random points, with episodes open.
     * Closing abandons those, so there the streams of the second are closed, too.
     *
     * @param opener opens the memory, of {@link Schemas#learning} and {@link #indexes}
     * @param twin like it, empty, and never closed here
     * @param seed of the history and of the points
     * @param openings how many times to open
     */
    public static void assertSameThroughReopening(
            Supplier<ReplayMemory> opener, ReplayMemory twin, long seed, int openings) {
        RandomScript script = new RandomScript(seed);
        SplitMix64 random = new SplitMix64(seed);
        ScriptPlayer twins = new ScriptPlayer(twin);
        for (int opening = 0; opening < openings; opening++) {
            try (ReplayMemory memory = opener.get()) {
                assertSameBatches(twin, memory, seed + opening);
                List<Script.Event> events = script.next(random.nextInt(80));
                assertThat(new ScriptPlayer(memory).play(events))
                        .as("%s", script)
                        .isEqualTo(twins.play(events));
                assertSameBatches(twin, memory, seed + opening);
                twins.play(script.close());
            }
        }
    }

    private static List<SamplerSpec> specs(Schema schema, long seed) {
        List<ElementSpecs.Kind> kinds = new ArrayList<>(ElementSpecs.transitions());
        kinds.addAll(ElementSpecs.windows());
        List<EpisodeFilter> filters =
                List.of(EpisodeFilter.ofStream("a"), EpisodeFilter.bestByReturn(3), EpisodeFilter.worstByReturn(3));
        List<SamplerSpec> specs = new ArrayList<>();
        for (ElementSpecs.Kind each : kinds) {
            for (ElementSpecs.Kind kind : List.of(each, each.young())) {
                specs.add(kind.of(
                        schema,
                        SamplerSpec.uniform("uniform-" + specs.size(), BATCH).seed(seed)));
                specs.add(kind.of(
                        schema,
                        SamplerSpec.uniform("some-" + specs.size(), BATCH)
                                .episodes(filters.get(specs.size() % filters.size())
                                        .refreshedEvery(2))
                                .seed(seed)));
                Draw draw = specs.size() % 4 < 2 ? Draw.STRATIFIED : Draw.INDEPENDENT;
                specs.add(kind.of(
                        schema,
                        SamplerSpec.prioritized("prioritized-" + specs.size(), BATCH)
                                .index(ElementSpecs.index(kind))
                                .draw(draw)
                                .normalization(
                                        draw == Draw.STRATIFIED
                                                ? Normalization.BATCH_MAXIMUM
                                                : Normalization.BUFFER_BOUND)
                                .eta(0.7)
                                .seed(seed)));
            }
        }
        return specs;
    }

    /** A sampler of each memory, alike. */
    private static final class Pair {
        private final SamplerSpec spec;
        private final Sampler a;
        private final Sampler b;
        private final Batch batchA;
        private final Batch batchB;
        private boolean sampled;

        Pair(ReplayMemory first, ReplayMemory second, SamplerSpec spec) {
            this.spec = spec;
            a = first.sampler(spec);
            b = second.sampler(spec);
            batchA = a.newBatch();
            batchB = b.newBatch();
            assertThat(b.spec()).isEqualTo(a.spec());
            assertThat(batchB.names()).isEqualTo(batchA.names());
        }

        void assertSame(String history) {
            String context = spec + " " + history;
            boolean drawn = a.trySample(batchA);
            assertThat(b.trySample(batchB)).as(context).isEqualTo(drawn);
            assertThat(b.state()).as(context).isEqualTo(a.state());
            sampled |= drawn;
            if (!drawn) {
                return;
            }
            assertThat(MemoryContract.sequences(batchB)).as(context).isEqualTo(MemoryContract.sequences(batchA));
            assertThat(batchB.ages()).as(context).isEqualTo(batchA.ages());
            for (int row = 0; row < BATCH; row++) {
                assertThat(batchB.steps(row)).as(context).isEqualTo(batchA.steps(row));
                assertThat(batchB.burnIn(row)).as(context).isEqualTo(batchA.burnIn(row));
                assertThat(batchB.age(row)).as(context).isEqualTo(batchA.age(row));
                if (spec.prioritization() != null) {
                    assertThat(batchB.probability(row)).as(context).isEqualTo(batchA.probability(row));
                }
            }
            if (spec.prioritization() != null) {
                assertThat(batchB.weights()).as(context).isEqualTo(batchA.weights());
            }
            for (Column column : batchA.columns().all()) {
                assertThat(batchB.column(column.name()).bytes())
                        .as("column %s of %s", column.name(), context)
                        .isEqualTo(column.bytes());
            }
        }

        /** Another number of steps, or new priorities of what was drawn last, which may be stale, or of any rows. */
        void change(SplitMix64 random, long rows) {
            NStep nStep = spec.nStep();
            if (nStep != null) {
                int n = 1 + random.nextInt(6);
                a.nStep(n, 0.99);
                b.nStep(n, 0.99);
            }
            if (spec.prioritization() == null) {
                return;
            }
            int positions = spec.windows() == null ? 1 : spec.windows().positions();
            float[] values = new float[BATCH * positions];
            long[] handles = new long[BATCH];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(6) == 0 ? 0 : random.nextInt(40) * 0.3f;
            }
            for (int i = 0; i < BATCH; i++) {
                handles[i] = rows - random.nextLong(3 * BATCH);
            }
            int choice = random.nextInt(3);
            if (choice == 0 || !sampled) {
                a.updatePriorities(batchA.incarnation(), handles, values);
                b.updatePriorities(batchB.incarnation(), handles, values);
            } else if (choice == 1) {
                a.updatePriorities(batchA, values);
                b.updatePriorities(batchB, values);
            } else {
                for (int i = 0; i < values.length; i += 2) {
                    values[i] = -values[i];
                }
                a.updateTdErrors(batchA, values);
                b.updateTdErrors(batchB, values);
            }
        }

        void close() {
            a.close();
            b.close();
        }
    }
}
