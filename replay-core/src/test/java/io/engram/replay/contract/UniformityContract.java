package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every transition that is held is equally likely, in every place of a batch and whatever came before it; with the
 * false-alarm rate of {@link ChiSquare}. {@link UniformityTest} plants samplers that this must catch.
 */
public abstract class UniformityContract extends MemoryContract {
    static Stream<Arguments> layoutsAndCapacities() {
        return Stream.of(RowLayout.values())
                .flatMap(layout -> Stream.of(3L, 5L, 64L, 100L, 333L).map(size -> Arguments.of(layout, size)));
    }

    @ParameterizedTest
    @MethodSource("layoutsAndCapacities")
    void everyTransitionIsEquallyLikely(RowLayout layout, long capacity) {
        ReplayMemory memory = longs(layout, capacity);
        TransitionModel model = new TransitionModel(layout, History.STREAMS, History.lanes(capacity));
        try (MemoryActors actors = new MemoryActors(memory, History.STREAMS, History.lanes(capacity))) {
            History history = new History(capacity, layout, capacity, List.of(model, actors));
            history.play((int) (2 * capacity));
            while (model.held(capacity).size() < Math.max(2, capacity / 2)) {
                history.play(1);
            }
        }
        List<Long> starts = model.held(capacity).stream()
                .map(TransitionModel.Transition::start)
                .sorted()
                .toList();
        for (long seed = 1; seed <= 2; seed++) {
            assertThat(verdict(memory, starts, seed)).as("seed=%d", seed).isEmpty();
        }
    }

    private static String verdict(ReplayMemory memory, List<Long> starts, long seed) {
        int batchSize = 32;
        try (Sampler sampler = memory.sampler(SamplerSpec.uniform("uniform", batchSize)
                .seed(seed)
                .columns("terminated")
                .build())) {
            Batch batch = sampler.newBatch();
            int[] next = {batchSize};
            return Uniformity.verdict(starts.size(), batchSize, () -> {
                if (next[0] == batchSize) {
                    sampler.sample(batch);
                    next[0] = 0;
                }
                return Collections.binarySearch(starts, batch.sequence(next[0]++));
            });
        }
    }
}
