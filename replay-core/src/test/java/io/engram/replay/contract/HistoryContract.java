package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.Field;
import io.engram.replay.MemoryStats;
import io.engram.replay.ReplayMemory;
import io.engram.replay.Role;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import io.engram.replay.TooFewTransitionsException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random histories against {@link TransitionModel}: what is sampled is exactly what must be held, bit for bit. */
public abstract class HistoryContract extends MemoryContract {
    private static final int ROUNDS = 32;

    static Stream<Arguments> layoutsAndCapacities() {
        return Stream.of(RowLayout.values())
                .flatMap(layout -> Stream.of(1L, 2L, 3L, 7L, 100L, 1000L).map(size -> Arguments.of(layout, size)));
    }

    static Stream<Schema> schemas() {
        return Schemas.all().stream();
    }

    @ParameterizedTest
    @MethodSource("layoutsAndCapacities")
    void lastRowsAreHeldExactly(RowLayout layout, long capacity) {
        for (long seed = 1; seed <= 3; seed++) {
            Play play = new Play(Schemas.longs(layout), capacity, seed);
            for (int i = 0; i < 6; i++) {
                play.on((int) Math.min(300, 4 * capacity));
                play.check();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void everyFieldComesBackBitForBit(Schema schema) {
        Play play = new Play(schema, 40, 77);
        for (int i = 0; i < 3; i++) {
            play.on(40);
            play.check();
        }
    }

    @ParameterizedTest
    @MethodSource("layoutsAndCapacities")
    void rowsAreDrawnByTheCommonProcedure(RowLayout layout, long capacity) {
        Play play = new Play(Schemas.longs(layout), capacity, 5);
        for (long seed = 0; seed < 20; seed++) {
            play.on(15);
            try (Sampler sampler = play.memory.sampler(
                    SamplerSpec.uniform("procedure", 12).seed(seed).build())) {
                SplitMix64 random = new SplitMix64(seed);
                Batch batch = sampler.newBatch();
                for (int i = 0; i < 3; i++) {
                    List<Long> expected = draw(random, play.model, capacity, batch.size());
                    assertThat(sampler.trySample(batch)).isEqualTo(!expected.isEmpty());
                    if (!expected.isEmpty()) {
                        assertThat(sequences(batch)).as("seed=%d", seed).isEqualTo(expected);
                    }
                    assertThat(sampler.state().random()).as("seed=%d", seed).isEqualTo(random.state());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("layoutsAndCapacities")
    void memoriesOfEqualHistoryGiveEqualBatches(RowLayout layout, long capacity) {
        Schema schema = Schemas.small(layout);
        SameBatches.assertSameThroughAHistory(memory(schema, capacity), memory(schema, capacity), capacity, 120);
    }

    /** The starts that a batch must have, by the definition of the procedure; empty if there are none. */
    private static List<Long> draw(SplitMix64 random, TransitionModel model, long capacity, int size) {
        Map<Long, Long> startsByEnd = new HashMap<>();
        model.held(capacity).forEach(transition -> startsByEnd.put(transition.end(), transition.start()));
        long head = model.rows();
        long tail = Math.max(0, head - capacity);
        if (startsByEnd.isEmpty()) {
            return List.of();
        }
        Long[] starts = new Long[size];
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < size; i++) {
                if (starts[i] == null) {
                    starts[i] = startsByEnd.get(tail + random.nextLong(head - tail));
                }
            }
        }
        List<Long> ends = startsByEnd.keySet().stream().sorted().toList();
        for (int i = 0; i < size; i++) {
            if (starts[i] == null) {
                starts[i] = startsByEnd.get(ends.get((int) random.nextLong(ends.size())));
            }
        }
        return List.of(starts);
    }

    /** A memory and its model in the middle of a history. */
    private final class Play {
        private final ReplayMemory memory;
        private final TransitionModel model;
        private final History history;
        private final long seed;

        Play(Schema schema, long capacity, long seed) {
            int lanes = History.lanes(capacity);
            this.seed = seed;
            memory = memory(schema, capacity);
            model = new TransitionModel(schema.rowLayout(), History.STREAMS, lanes);
            MemoryActors actors = new MemoryActors(memory, History.STREAMS, lanes);
            history = new History(seed, schema.rowLayout(), capacity, List.of(model, actors));
        }

        void on(int operations) {
            history.play(operations);
        }

        void check() {
            String context = "seed=" + seed + ", capacity=" + memory.capacity() + ", rows=" + model.rows() + ", schema="
                    + memory.schema();
            MemoryStats stats = memory.stats();
            assertThat(stats.appendedRows()).as(context).isEqualTo(model.rows());
            assertThat(stats.size()).as(context).isEqualTo(Math.min(model.rows(), memory.capacity()));
            assertThat(stats.appendedTransitions())
                    .as(context)
                    .isEqualTo(model.transitions().size());
            Map<Long, TransitionModel.Transition> held = model.held(memory.capacity()).stream()
                    .collect(Collectors.toMap(TransitionModel.Transition::start, Function.identity()));
            Set<Long> missing = new HashSet<>(held.keySet());
            try (Sampler sampler =
                    memory.sampler(SamplerSpec.uniform("check", 64).seed(seed).build())) {
                Batch batch = sampler.newBatch();
                if (held.isEmpty()) {
                    assertThat(sampler.trySample(batch)).as(context).isFalse();
                    assertThatThrownBy(() -> sampler.sample(batch)).isInstanceOf(TooFewTransitionsException.class);
                    return;
                }
                // So many draws leave any one out with a probability below 1e-8.
                double draws = held.size() * (Math.log(held.size()) + 20);
                for (int i = 0; i <= draws / batch.size(); i++) {
                    sampler.sample(batch);
                    for (int row = 0; row < batch.size(); row++) {
                        TransitionModel.Transition expected = held.get(batch.sequence(row));
                        if (expected == null) {
                            throw new AssertionError(context + ": sampled sequence=" + batch.sequence(row)
                                    + ", which starts no transition that is held");
                        }
                        if (missing.remove(batch.sequence(row)) || row % 16 == 0) {
                            assertSame(batch, row, expected.step(), context);
                        }
                    }
                }
            }
            assertThat(missing).as("%s: never sampled", context).isEmpty();
        }

        private void assertSame(Batch batch, int row, Actors.Step step, String context) {
            List<Integer> flags = new ArrayList<>();
            flags.add((int) batch.column(Schema.TERMINATED).buffer().get(row));
            flags.add((int) batch.column(Schema.TRUNCATED).buffer().get(row));
            assertThat(flags).as(context).containsExactly(step.terminated() ? 1 : 0, step.truncated() ? 1 : 0);
            for (Field field : memory.schema().fields()) {
                boolean state = field.role() == Role.STATE;
                assertThat(Values.get(batch.column(field.name()), row))
                        .as("%s: sequence=%d, %s", context, batch.sequence(row), field)
                        .isEqualTo(Values.bytes(field, state ? step.state() : step.step()));
                if (state) {
                    assertThat(Values.get(batch.column(Schema.NEXT + field.name()), row))
                            .as("%s: sequence=%d, next %s", context, batch.sequence(row), field)
                            .isEqualTo(Values.bytes(field, step.next()));
                }
            }
        }
    }
}
