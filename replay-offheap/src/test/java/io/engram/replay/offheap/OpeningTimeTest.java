package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Measures how long opening takes, up to the first batch. Prints, and asserts nothing about time. */
@Tag("soak")
class OpeningTimeTest {
    private static final int OPENINGS = 15;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {100_000, 1_000_000, 10_000_000})
    void openingIsMeasured(long rows) {
        fill(rows);
        StoredSegments stored = StoredSegments.read(directory);
        System.out.printf(
                "rows=%,d: segments=%d, sealed=%d%n",
                rows, stored.ordinals().size(), stored.sealed().size());
        List<Double> opening = new ArrayList<>();
        List<Double> firstBatch = new ArrayList<>();
        for (int i = 0; i < OPENINGS; i++) {
            long start = System.nanoTime();
            try (OffHeapReplayMemory memory = open(rows)) {
                opening.add((System.nanoTime() - start) / 1e6);
                try (Sampler sampler = memory.sampler(
                        SamplerSpec.uniform("learner", 256).seed(i).build())) {
                    Batch batch = sampler.sample(sampler.newBatch());
                    firstBatch.add((System.nanoTime() - start) / 1e6);
                    assertThat(batch.column("reward").floats().get(0)).isEqualTo((float) (batch.sequence(0) % 1000));
                }
            }
        }
        System.out.printf(
                "java %s: rows=%,d: opening %s ms, to the first batch of 256 %s ms (median, least to most of %d)%n",
                Runtime.version(), rows, text(opening), text(firstBatch), OPENINGS);
    }

    private void fill(long rows) {
        try (OffHeapReplayMemory memory = open(rows);
                StreamWriter writer = memory.writer("actor")) {
            float[] observation = new float[4];
            writer.begin(observation);
            for (long i = 0; i < rows; i++) {
                observation[0] = i;
                boolean ends = i % 500 == 499;
                writer.step((int) (i % 2), (float) (i % 1000), observation, ends, false);
                if (ends) {
                    writer.begin(observation);
                }
            }
        }
    }

    private OffHeapReplayMemory open(long rows) {
        Schema schema = Schema.builder()
                .observation(DType.F32, 4)
                .action(DType.I32)
                .reward()
                .rowLayout(RowLayout.SELF_CONTAINED)
                .build();
        return OffHeapReplayMemory.builder(schema, rows).directory(directory).open();
    }

    private static String text(List<Double> times) {
        List<Double> sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        return String.format(
                "%.1f (%.1f to %.1f)", sorted.get(sorted.size() / 2), sorted.get(0), sorted.get(sorted.size() - 1));
    }
}
