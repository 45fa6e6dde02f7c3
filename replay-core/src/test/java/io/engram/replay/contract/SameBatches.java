package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Column;
import io.engram.replay.Columns;
import io.engram.replay.EpisodeFilter;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import java.util.List;

/** Compares two memories by what they sample. */
public final class SameBatches {
    private static final int BATCHES = 4;

    private SameBatches() {}

    /** Plays the same random history into both memories, and compares them now and then. */
    public static void assertSameThroughAHistory(ReplayMemory first, ReplayMemory second, long seed, int operations) {
        int lanes = History.lanes(first.capacity());
        try (MemoryActors a = new MemoryActors(first, History.STREAMS, lanes);
                MemoryActors b = new MemoryActors(second, History.STREAMS, lanes)) {
            History history = new History(seed, first.schema().rowLayout(), first.capacity(), List.of(a, b));
            for (int i = 0; i < 10; i++) {
                history.play(operations / 10);
                assertSameBatches(first, second, seed, seed + 1, ~seed);
            }
        }
    }

    /**
     * Samplers with equal seeds give equal batches on both: outcome, sequences, every byte and the random state after.
     * Batches of several sizes, of all columns and of some. No writer may be at work.
     */
    public static void assertSameBatches(ReplayMemory first, ReplayMemory second, long... seeds) {
        assertThat(second.schema()).isEqualTo(first.schema());
        assertThat(second.size()).isEqualTo(first.size());
        List<String> all = Columns.names(first.schema());
        for (long seed : seeds) {
            for (int size : new int[] {1, 33}) {
                assertSame(
                        first,
                        second,
                        SamplerSpec.uniform("same", size).seed(seed).build());
            }
            for (String stream : new String[] {"stream-1", "lane-0", "none"}) {
                assertSame(
                        first,
                        second,
                        SamplerSpec.uniform("same", 9)
                                .seed(seed)
                                .episodes(EpisodeFilter.ofStream(stream).refreshedEvery(2))
                                .build());
            }
            String[] some = all.stream()
                    .filter(name -> (name.hashCode() + seed) % 2 == 0)
                    .toArray(String[]::new);
            assertSame(
                    first,
                    second,
                    SamplerSpec.uniform("same", 8).seed(seed).columns(some).build());
        }
    }

    private static void assertSame(ReplayMemory first, ReplayMemory second, SamplerSpec spec) {
        try (Sampler a = first.sampler(spec);
                Sampler b = second.sampler(spec)) {
            Batch batchA = a.newBatch();
            Batch batchB = b.newBatch();
            assertThat(batchB.names()).as("%s", spec).isEqualTo(batchA.names());
            for (int i = 0; i < BATCHES; i++) {
                boolean sampled = a.trySample(batchA);
                assertThat(b.trySample(batchB)).as("%s", spec).isEqualTo(sampled);
                assertThat(b.state()).as("%s", spec).isEqualTo(a.state());
                if (sampled) {
                    assertThat(MemoryContract.sequences(batchB))
                            .as("%s", spec)
                            .isEqualTo(MemoryContract.sequences(batchA));
                    for (Column column : batchA.columns().all()) {
                        assertThat(batchB.column(column.name()).bytes())
                                .as("%s: column %s", spec, column.name())
                                .isEqualTo(column.bytes());
                    }
                }
            }
        }
    }
}
