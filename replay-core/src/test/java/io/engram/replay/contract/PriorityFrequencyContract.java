package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Prioritization.Draw;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.internal.priority.Leaves;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Transitions are drawn as often as their masses say, in every place of a batch and whatever came before it; with the
 * false-alarm rate of {@link ChiSquare} for each of its verdicts. {@link FrequenciesTest} plants samplers that this
 * must catch.
 */
public abstract class PriorityFrequencyContract extends MemoryContract {
    private static final int BATCH = 7;

    static Stream<Arguments> layoutsAndCapacities() {
        return Stream.of(RowLayout.values())
                .flatMap(layout -> Stream.of(5L, 64L, 100L).map(size -> Arguments.of(layout, size)));
    }

    @ParameterizedTest
    @MethodSource("layoutsAndCapacities")
    void everyTransitionIsDrawnInProportionToItsMass(RowLayout layout, long capacity) {
        ReplayMemory memory = longs(
                layout,
                capacity,
                PriorityIndex.proportional("default").alpha(0.5).build());
        TransitionModel model = new TransitionModel(layout, History.STREAMS, History.lanes(capacity));
        try (MemoryActors actors = new MemoryActors(memory, History.STREAMS, History.lanes(capacity))) {
            History history = new History(capacity, layout, capacity, List.of(model, actors));
            history.play((int) (2 * capacity));
            while (model.held(capacity).size() < Math.max(2, capacity / 2)) {
                history.play(1);
            }
        }
        // Shares are cut in the order of the leaves.
        List<Long> starts = model.held(capacity).stream()
                .map(TransitionModel.Transition::start)
                .sorted(Comparator.comparing(start -> start % Leaves.count(capacity)))
                .toList();
        int[] units = new int[starts.size()];
        float[] priorities = new float[units.length];
        for (int i = 0; i < units.length; i++) {
            units[i] = i % 5 == 2 ? 0 : i % 11 == 3 ? 25 : 1 + i % 4;
            // A priority's square root is its mass.
            priorities[i] = units[i] * units[i];
        }
        try (Sampler rater = memory.sampler(SamplerSpec.prioritized("rater", 1).build())) {
            rater.updatePriorities(
                    rater.newBatch().incarnation(),
                    starts.stream().mapToLong(Long::longValue).toArray(),
                    priorities);
        }
        assertThat(Frequencies.independent(units, BATCH, source(memory, starts, Draw.INDEPENDENT)))
                .isEmpty();
        assertThat(Frequencies.stratified(units, BATCH, source(memory, starts, Draw.STRATIFIED)))
                .isEmpty();
    }

    private static IntSupplier source(ReplayMemory memory, List<Long> starts, Draw draw) {
        Map<Long, Integer> places = new HashMap<>();
        for (int i = 0; i < starts.size(); i++) {
            places.put(starts.get(i), i);
        }
        Sampler sampler = memory.sampler(SamplerSpec.prioritized(draw.name(), BATCH)
                .draw(draw)
                .seed(1)
                .columns("terminated")
                .build());
        Batch batch = sampler.newBatch();
        int[] next = {BATCH};
        return () -> {
            if (next[0] == BATCH) {
                sampler.sample(batch);
                next[0] = 0;
            }
            return places.get(batch.sequence(next[0]++));
        };
    }
}
