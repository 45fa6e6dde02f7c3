package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories against {@link EpisodeModel}: what is sampled are exactly the transitions and windows that there are
 * by the definitions, every value of every column; and both row layouts give the same.
 */
public abstract class SemanticHistoryContract extends MemoryContract {
    private static final int ROUNDS = 3;

    static Stream<Arguments> layoutsAndCapacities() {
        return Stream.of(RowLayout.values())
                .flatMap(layout -> Stream.of(1L, 2L, 5L, 13L, 30L, 500L).map(size -> Arguments.of(layout, size)));
    }

    @ParameterizedTest
    @MethodSource("layoutsAndCapacities")
    void exactlyWhatTheDefinitionsSayIsSampled(RowLayout layout, long capacity) {
        Schema schema = Schemas.learning(layout);
        for (long seed = 1; seed <= 2; seed++) {
            RandomScript script = new RandomScript(seed);
            ReplayMemory memory = memory(schema, capacity);
            ScriptPlayer player = new ScriptPlayer(memory);
            EpisodeModel model = new EpisodeModel(schema, capacity);
            for (int round = 0; round < ROUNDS; round++) {
                List<Script.Event> events = script.next(7 + (int) Math.min(40, capacity));
                player.play(events);
                model.play(events);
                for (ElementSpecs.Kind kind : kinds()) {
                    SamplerSpec spec = kind.of(schema, Elements.uniform(memory));
                    Map<Long, Map<String, String>> expected = model.elements(spec);
                    assertThat(drawn(memory, spec, expected.size()))
                            .as("seed=%d capacity=%d %s\n%s", seed, capacity, kind, script)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void bothLayoutsGiveTheSameElements(long seed) {
        List<Script.Event> events = new RandomScript(seed).next(80);
        List<ReplayMemory> memories = new ArrayList<>();
        for (RowLayout layout : RowLayout.values()) {
            ReplayMemory memory = memory(Schemas.learning(layout), 1000);
            new ScriptPlayer(memory).play(events);
            memories.add(memory);
        }
        for (ElementSpecs.Kind kind : kinds()) {
            if (kind.equals(kind.young())) {
                // Ages go by rows, of which the layouts need different numbers.
                continue;
            }
            List<List<String>> drawn = memories.stream()
                    .map(memory ->
                            drawn(memory, kind.of(memory.schema(), Elements.uniform(memory)), 1000).values().stream()
                                    .map(Map::toString)
                                    .sorted()
                                    .toList())
                    .toList();
            assertThat(drawn.get(1))
                    .as("seed=%d %s", seed, kind)
                    .isEqualTo(drawn.get(0))
                    .isNotEmpty();
        }
    }

    private static List<ElementSpecs.Kind> kinds() {
        List<ElementSpecs.Kind> kinds = new ArrayList<>(ElementSpecs.transitions());
        kinds.addAll(ElementSpecs.windows());
        return kinds;
    }

    /**
     * Everything that can be drawn, by key. Looks on for a while after all that are expected were found, and leaves one
     * of them out with a probability below 1e-8.
     */
    private static TreeMap<Long, Map<String, String>> drawn(ReplayMemory memory, SamplerSpec spec, int expected) {
        int draws = (int) Math.ceil(20 + Math.log(memory.size() + 1.0));
        TreeMap<Long, Map<String, String>> found = new TreeMap<>();
        try (Sampler sampler = memory.sampler(spec)) {
            Batch batch = sampler.newBatch();
            for (int i = 0; i < draws && sampler.trySample(batch); i++) {
                for (int row = 0; row < batch.size(); row++) {
                    // One look at each is enough: that it stays the same is tested elsewhere.
                    if (!found.containsKey(batch.sequence(row))) {
                        found.put(batch.sequence(row), Elements.columns(batch, row));
                    }
                }
                draws = found.size() == expected ? Math.min(draws, i + 3) : draws;
            }
        }
        return found;
    }
}
