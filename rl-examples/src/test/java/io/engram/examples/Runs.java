package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.Episode;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.Snapshots;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Two runs compared, by what they leave behind. */
final class Runs {
    private static final int DRAWS = 2_000;

    private Runs() {}

    /** Bit for bit: what the newest snapshots hold, and the files beside the memory. */
    static void requireEqual(Path run, Path twin) throws IOException {
        RunDirectory first = new RunDirectory(run);
        RunDirectory second = new RunDirectory(twin);
        assertThat(first.metrics()).hasSameBinaryContentAs(second.metrics());
        assertThat(Files.exists(first.best())).isEqualTo(Files.exists(second.best()));
        if (Files.exists(first.best())) {
            assertThat(first.best()).hasSameBinaryContentAs(second.best());
        }
        for (String state : List.of("run", "best", "metrics")) {
            assertThat(Arrays.equals(state(run, state), state(twin, state)))
                    .as(state)
                    .isTrue();
        }
        assertThat(content(run)).isEqualTo(content(twin));
    }

    /** A state of the newest snapshot; empty if it has none. */
    static byte[] state(Path run, String name) {
        Snapshots snapshots = Snapshots.of(new RunDirectory(run).memory());
        return snapshots.state(newest(run), name).orElse(new byte[0]);
    }

    static String newest(Path run) {
        List<Snapshot> all = Snapshots.of(new RunDirectory(run).memory()).list();
        return all.get(all.size() - 1).name();
    }

    /** All that the newest snapshot's memory holds, but for times. */
    private static Map<String, Object> content(Path run) {
        Map<String, Object> content = new TreeMap<>();
        try (OffHeapReplayMemory memory =
                OffHeapReplayMemory.openSnapshot(new RunDirectory(run).memory(), newest(run))) {
            content.put("size", memory.size());
            content.put("appended", memory.stats().appendedRows());
            content.put(
                    "episodes", memory.episodes().stream().map(Runs::timeless).toList());
            content.put("learner", memory.resumePoint().orElseThrow().samplerState("learner"));
            content.put("uniform", draws(memory, SamplerSpec.uniform("reader", DRAWS)));
            if (!memory.priorityIndexes().isEmpty()) {
                content.put("prioritized", draws(memory, SamplerSpec.prioritized("reader", DRAWS)));
            }
        }
        return content;
    }

    private static Episode timeless(Episode episode) {
        return new Episode(
                episode.number(),
                episode.stream(),
                episode.kind(),
                episode.recovered(),
                episode.length(),
                episode.totalReward(),
                episode.firstSequence(),
                episode.lastSequence(),
                0,
                episode.endMillis() == Episode.NOT_ENDED ? Episode.NOT_ENDED : 0,
                episode.policyVersion(),
                episode.label());
    }

    /** What a seed draws: rows, what they hold, and by what probability; so that priorities are in it. */
    private static List<Object> draws(OffHeapReplayMemory memory, SamplerSpec.Builder spec) {
        List<Object> draws = new ArrayList<>();
        try (Sampler sampler = memory.sampler(spec.seed(7).build())) {
            Batch batch = sampler.newBatch();
            if (sampler.trySample(batch)) {
                for (int row = 0; row < batch.size(); row++) {
                    draws.add(batch.sequence(row));
                    if (sampler.spec().prioritization() != null) {
                        draws.add(batch.probability(row));
                    }
                }
                for (String column : Columns.names(memory.schema())) {
                    ByteBuffer bytes = batch.column(column).buffer();
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.get(bytes.position(), copy);
                    draws.add(column + " " + Arrays.hashCode(copy));
                }
            }
        }
        return draws;
    }
}
