package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.BetaSchedule;
import io.engram.replay.Column;
import io.engram.replay.Prioritization.Draw;
import io.engram.replay.Prioritization.Normalization;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SplitMix64;
import java.util.ArrayList;
import java.util.List;

/** Compares two memories of equal indexes by what they sample by priority. No other thread may be at work. */
public final class SamePrioritizedBatches {
    private static final int BATCH = 9;
    private static final int BATCHES = 3;

    private SamePrioritizedBatches() {}

    /**
     * Plays the same random history into both memories and updates both in the same random way, through samplers of
     * each index, draw and normalization that stay open: all that they draw, and what is counted, is the same.
     *
     * @param first a new memory
     * @param second a new memory of the same schema, capacity and indexes
     * @param seed of the history, the updates and the samplers
     * @param operations of the history
     */
    public static void assertSameThroughAHistory(ReplayMemory first, ReplayMemory second, long seed, int operations) {
        assertThat(second.priorityIndexes()).isEqualTo(first.priorityIndexes()).isNotEmpty();
        int lanes = History.lanes(first.capacity());
        SplitMix64 random = new SplitMix64(seed);
        List<Pair> pairs = new ArrayList<>();
        try (MemoryActors a = new MemoryActors(first, History.STREAMS, lanes);
                MemoryActors b = new MemoryActors(second, History.STREAMS, lanes)) {
            for (SamplerSpec spec : specs(first, seed, Normalization.values())) {
                pairs.add(new Pair(first, second, spec));
            }
            History history = new History(seed, first.schema().rowLayout(), first.capacity(), List.of(a, b));
            for (int i = 0; i < 20; i++) {
                history.play(Math.max(1, operations / 20));
                for (Pair pair : pairs) {
                    if (random.nextInt(2) == 0) {
                        pair.assertSame();
                    }
                    if (random.nextInt(3) == 0) {
                        pair.update(random, first.stats().appendedRows());
                    }
                }
                assertThat(Shares.counters(second)).as("seed=%d", seed).isEqualTo(Shares.counters(first));
            }
            assertSameBatches(first, second, seed + 1);
        } finally {
            pairs.forEach(Pair::close);
        }
    }

    /**
     * New samplers with equal seeds give equal batches on both: outcome, sequences, every byte, probabilities, weights
     * and state. Not with weights by the smallest mass that an index has held, which goes by when it was opened.
     *
     * @param first a memory
     * @param second a memory of the same schema and indexes, with the same rows and priorities
     * @param seeds of the samplers
     */
    public static void assertSameBatches(ReplayMemory first, ReplayMemory second, long... seeds) {
        assertThat(second.priorityIndexes()).isEqualTo(first.priorityIndexes());
        for (long seed : seeds) {
            for (SamplerSpec spec : specs(first, seed, Normalization.BATCH_MAXIMUM, Normalization.NONE)) {
                Pair pair = new Pair(first, second, spec);
                for (int i = 0; i < BATCHES; i++) {
                    pair.assertSame();
                }
                pair.close();
            }
        }
    }

    private static List<SamplerSpec> specs(ReplayMemory memory, long seed, Normalization... normalizations) {
        List<SamplerSpec> specs = new ArrayList<>();
        for (PriorityIndex index : memory.priorityIndexes()) {
            for (Draw draw : Draw.values()) {
                for (Normalization normalization : normalizations) {
                    specs.add(SamplerSpec.prioritized("same/" + seed + "/" + specs.size(), BATCH)
                            .index(index.name())
                            .draw(draw)
                            .normalization(normalization)
                            .beta(BetaSchedule.linear(0.4, 1, 5))
                            .seed(seed)
                            .build());
                }
            }
        }
        return specs;
    }

    /** A sampler of each memory, alike. */
    private static final class Pair {
        private final String context;
        private final Sampler a;
        private final Sampler b;
        private final Batch batchA;
        private final Batch batchB;
        private boolean sampled;

        Pair(ReplayMemory first, ReplayMemory second, SamplerSpec spec) {
            context = spec.toString();
            a = first.sampler(spec);
            b = second.sampler(spec);
            batchA = a.newBatch();
            batchB = b.newBatch();
        }

        void assertSame() {
            boolean drawn = a.trySample(batchA);
            assertThat(b.trySample(batchB)).as(context).isEqualTo(drawn);
            assertThat(b.state()).as(context).isEqualTo(a.state());
            sampled |= drawn;
            if (drawn) {
                assertThat(MemoryContract.sequences(batchB)).as(context).isEqualTo(MemoryContract.sequences(batchA));
                for (int row = 0; row < BATCH; row++) {
                    assertThat(batchB.probability(row)).as(context).isEqualTo(batchA.probability(row));
                }
                assertThat(batchB.weights()).as(context).isEqualTo(batchA.weights());
                for (Column column : batchA.columns().all()) {
                    assertThat(batchB.column(column.name()).bytes())
                            .as("%s: column %s", context, column.name())
                            .isEqualTo(column.bytes());
                }
            }
        }

        /** Updates what was drawn last, which may be stale by now, or any sequences, of which some are no handles. */
        void update(SplitMix64 random, long rows) {
            float[] values = new float[BATCH];
            long[] handles = new long[BATCH];
            for (int i = 0; i < BATCH; i++) {
                values[i] = random.nextInt(3) == 0 ? 0 : random.nextInt(40) * 0.25f;
                handles[i] = rows - random.nextLong(2 * BATCH);
            }
            int choice = random.nextInt(4);
            if (choice == 0 || !sampled) {
                a.updatePriorities(batchA.incarnation(), handles, values);
                b.updatePriorities(batchB.incarnation(), handles, values);
            } else if (choice == 1) {
                a.updatePriorities(batchA, values);
                b.updatePriorities(batchB, values);
            } else {
                for (int i = 0; i < BATCH; i += 2) {
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
