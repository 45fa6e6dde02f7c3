package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.Prioritization;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.StreamWriter;
import io.engram.replay.onheap.HeapReplayMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrioritizedTwinTest {
    @ParameterizedTest
    @CsvSource({
        "ARRIVAL, PROPORTIONAL, STRATIFIED, BATCH_MAXIMUM",
        "SELF_CONTAINED, PROPORTIONAL, INDEPENDENT, NONE",
        "ARRIVAL, RANK, STRATIFIED, BUFFER_BOUND",
        "SELF_CONTAINED, RANK, INDEPENDENT, BATCH_MAXIMUM"
    })
    void sameHistoryGivesTheSameBatches(
            RowLayout layout,
            PriorityIndex.Kind kind,
            Prioritization.Draw draw,
            Prioritization.Normalization normalization) {
        Schema schema = Schema.builder()
                .observation(DType.F32, 2)
                .action(DType.I32)
                .reward()
                .rowLayout(layout)
                .build();
        for (int capacity : new int[] {1, 7, 100, 3000}) {
            PriorityIndex index = (kind == PriorityIndex.Kind.RANK
                            ? PriorityIndex.rankBased("p")
                            : PriorityIndex.proportional("p"))
                    .build();
            try (ReplayMemory heap = new HeapReplayMemory(schema, capacity, index);
                    ReplayMemory offHeap = OffHeapReplayMemory.builder(schema, capacity)
                            .storage(Storage.VOLATILE)
                            .priorities(index)
                            .open()) {
                SamplerSpec spec = SamplerSpec.prioritized("s", 32)
                        .index("p")
                        .draw(draw)
                        .normalization(normalization)
                        .seed(5)
                        .build();
                Sampler a = heap.sampler(spec);
                Sampler b = offHeap.sampler(spec);
                Batch x = a.newBatch();
                Batch y = b.newBatch();
                List<Actor> actors = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    actors.add(new Actor(heap.writer("s" + i), offHeap.writer("s" + i)));
                }
                SplitMix64 random = new SplitMix64(capacity);
                for (int i = 0; i < 400; i++) {
                    int steps = random.nextInt(60);
                    for (int j = 0; j < steps; j++) {
                        actors.get(random.nextInt(3)).step(random);
                    }
                    boolean drawn = a.trySample(x);
                    assertThat(b.trySample(y)).as("round=%d", i).isEqualTo(drawn);
                    assertThat(b.state()).isEqualTo(a.state());
                    if (drawn) {
                        float[] errors = new float[32];
                        for (int row = 0; row < 32; row++) {
                            assertThat(y.sequence(row)).isEqualTo(x.sequence(row));
                            assertThat(y.weight(row)).isEqualTo(x.weight(row));
                            assertThat(y.probability(row)).isEqualTo(x.probability(row));
                            errors[row] = (float) random.nextDouble() * 10 - 5;
                        }
                        a.updateTdErrors(x, errors);
                        b.updateTdErrors(y, errors);
                    }
                }
                assertThat(offHeap.stats().priorityUpdates())
                        .isEqualTo(heap.stats().priorityUpdates());
                assertThat(offHeap.stats().staleUpdates())
                        .isEqualTo(heap.stats().staleUpdates());
                assertThat(offHeap.stats().redraws()).isZero();
            }
        }
    }

    private record Actor(StreamWriter heap, StreamWriter offHeap) {
        void step(SplitMix64 random) {
            float[] state = {(float) random.nextDouble(), (float) random.nextDouble()};
            if (!heap.inEpisode()) {
                heap.begin(state);
                offHeap.begin(state);
            }
            boolean end = random.nextInt(10) == 0;
            if (random.nextInt(5) == 0) {
                double priority = random.nextDouble() * 3;
                heap.prioritize(priority);
                offHeap.prioritize(priority);
            }
            float reward = (float) random.nextDouble();
            heap.step(1, reward, state, end, false);
            offHeap.step(1, reward, state, end, false);
        }
    }
}
