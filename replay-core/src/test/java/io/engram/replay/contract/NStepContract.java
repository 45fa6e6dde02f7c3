package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.NStep;
import io.engram.replay.NStep.Head;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import io.engram.replay.SchemaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Transitions over n steps of hand-made episodes ({@link Script}), with expected values written by hand from the
 * definition in {@link NStep}; gamma is 0.5 unless said, so that all values are exact.
 */
public abstract class NStepContract extends MemoryContract {
    private static final double GAMMA = 0.5;

    /** An episode, for some n what must be sampled. */
    record Case(String name, String script, Head head, Map<Integer, List<String>> expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Arguments> cases() {
        List<Case> cases = new ArrayList<>();
        cases.addAll(threeSteps("terminated", "a: 10 1/1>11 2/2>12 3/4>13T", "13T", "final"));
        cases.addAll(threeSteps("truncated", "a: 10 1/1>11 2/2>12 3/4>13C", "13C", "bootstrap"));
        cases.addAll(threeSteps("both flags", "a: 10 1/1>11 2/2>12 3/4>13TC", "13TC", "final"));
        cases.addAll(threeSteps("abandoned", "a: 10 1/1>11 2/2>12 3/4>13 X", "13", "bootstrap"));
        cases.addAll(threeSteps("closed", "a: 10 1/1>11 2/2>12 3/4>13 Z", "13", "bootstrap"));
        cases.add(threeSteps("open", "a: 10 1/1>11 2/2>12 3/4>13", Head.SHORTEN, "13", "bootstrap"));
        cases.addAll(oneStep("length 1, terminated", "a: 10 1/8>11T", "10 1/8>11T k=1 d=0.5 final"));
        cases.addAll(oneStep("length 1, truncated", "a: 10 1/8>11C", "10 1/8>11C k=1 d=0.5 bootstrap"));
        cases.addAll(oneStep("length 1, both flags", "a: 10 1/8>11TC", "10 1/8>11TC k=1 d=0.5 final"));
        cases.addAll(oneStep("length 1, abandoned", "a: 10 1/8>11 X", "10 1/8>11 k=1 d=0.5 bootstrap"));
        cases.add(openWait());
        for (Head head : Head.values()) {
            cases.add(new Case(
                    "only begun, " + head,
                    "a: 10 | b: 20 X | c: 30 Z",
                    head,
                    Map.of(1, List.of(), 2, List.of(), 3, List.of(), 5, List.of())));
            cases.add(interleaved(head));
        }
        return Stream.of(RowLayout.values()).flatMap(layout -> cases.stream().map(each -> Arguments.of(layout, each)));
    }

    /** States 10, 11, 12 and the last one; rewards 1, 2, 4. Where the episode is over, the head does not matter. */
    private static List<Case> threeSteps(String name, String script, String last, String end) {
        return List.of(
                threeSteps(name, script, Head.SHORTEN, last, end), threeSteps(name, script, Head.WAIT, last, end));
    }

    private static Case threeSteps(String name, String script, Head head, String last, String end) {
        List<String> all = List.of(
                "10 1/3>" + last + " k=3 d=0.125 " + end,
                "11 2/4>" + last + " k=2 d=0.25 " + end,
                "12 3/4>" + last + " k=1 d=0.5 " + end);
        return new Case(
                name + ", " + head,
                script,
                head,
                Map.of(
                        1,
                        List.of(
                                "10 1/1>11 k=1 d=0.5 bootstrap",
                                "11 2/2>12 k=1 d=0.5 bootstrap",
                                "12 3/4>" + last + " k=1 d=0.5 " + end),
                        2,
                        List.of(
                                "10 1/2>12 k=2 d=0.25 bootstrap",
                                "11 2/4>" + last + " k=2 d=0.25 " + end,
                                "12 3/4>" + last + " k=1 d=0.5 " + end),
                        3,
                        all,
                        5,
                        all));
    }

    private static List<Case> oneStep(String name, String script, String only) {
        return Stream.of(Head.values())
                .map(head -> new Case(
                        name + ", " + head,
                        script,
                        head,
                        Map.of(1, List.of(only), 2, List.of(only), 3, List.of(only), 5, List.of(only))))
                .toList();
    }

    private static Case openWait() {
        return new Case(
                "open, WAIT",
                "a: 10 1/1>11 2/2>12 3/4>13",
                Head.WAIT,
                Map.of(
                        1,
                        List.of(
                                "10 1/1>11 k=1 d=0.5 bootstrap",
                                "11 2/2>12 k=1 d=0.5 bootstrap",
                                "12 3/4>13 k=1 d=0.5 bootstrap"),
                        2,
                        List.of("10 1/2>12 k=2 d=0.25 bootstrap", "11 2/4>13 k=2 d=0.25 bootstrap"),
                        3,
                        List.of("10 1/3>13 k=3 d=0.125 bootstrap"),
                        5,
                        List.of()));
    }

    /** The episode of stream a that ended, the next one of it, and stream b's that goes on between them. */
    private static Case interleaved(Head head) {
        List<String> ended =
                List.of("10 1/3>13T k=3 d=0.125 final", "11 2/4>13T k=2 d=0.25 final", "12 3/4>13T k=1 d=0.5 final");
        List<String> three = new ArrayList<>(ended);
        three.add("50 5/48>53 k=3 d=0.125 bootstrap");
        List<String> five = new ArrayList<>(ended);
        if (head == Head.SHORTEN) {
            three.addAll(List.of(
                    "51 6/64>53 k=2 d=0.25 bootstrap",
                    "52 7/64>53 k=1 d=0.5 bootstrap",
                    "20 4/8>21 k=1 d=0.5 bootstrap"));
            five.addAll(three.subList(ended.size(), three.size()));
        }
        return new Case(
                "interleaved, " + head,
                "a: 10 1/1>11 | b: 50 5/16>51 | a: 2/2>12 | b: 6/32>52 | a: 3/4>13T | b: 7/64>53 | a: 20 4/8>21",
                head,
                Map.of(3, three, 5, five));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("cases")
    void transitionsAreThoseWrittenByHand(RowLayout layout, Case each) {
        ReplayMemory memory = ScriptPlayer.play(memory(Schemas.rewarded(layout), 100), each.script());
        each.expected()
                .forEach((n, expected) -> assertThat(drawn(memory, new NStep(n, GAMMA, each.head(), Field.REWARD)))
                        .as("n=%d of %s", n, each.script())
                        .containsExactlyInAnyOrderElementsOf(expected));
    }

    @ParameterizedTest
    @EnumSource
    void openEpisodeGoesOnAndEnds(RowLayout layout) {
        ReplayMemory memory = memory(Schemas.rewarded(layout), 100);
        ScriptPlayer player = new ScriptPlayer(memory);
        NStep five = NStep.of(5, GAMMA).withHead(Head.WAIT);
        player.play("a: 10 1/1>11 2/2>12 3/4>13");
        assertThat(drawn(memory, five)).isEmpty();
        assertThat(drawn(memory, NStep.of(5, GAMMA))).contains("10 1/3>13 k=3 d=0.125 bootstrap");
        player.play("a: 4/8>14T");
        List<String> expected = List.of(
                "10 1/4>14T k=4 d=0.0625 final",
                "11 2/6>14T k=3 d=0.125 final",
                "12 3/8>14T k=2 d=0.25 final",
                "13 4/8>14T k=1 d=0.5 final");
        assertThat(drawn(memory, five)).isEqualTo(expected);
        assertThat(drawn(memory, NStep.of(5, GAMMA))).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void beginningAnewAbandonsTheOpenEpisode(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(memory(Schemas.rewarded(layout), 100), "a: 10 1/1>11 20 2/2>21 3/4>22");
        assertThat(drawn(memory, NStep.of(2, GAMMA).withHead(Head.WAIT)))
                .containsExactly("10 1/1>11 k=1 d=0.5 bootstrap", "20 2/4>22 k=2 d=0.25 bootstrap");
    }

    @ParameterizedTest
    @EnumSource
    void startsWhoseRowLeftAreNotSampledAndTheOthersAreWhole(RowLayout layout) {
        // Both keep states 12 to 15 and actions 3 to 5; a self-contained row has state and action together.
        int capacity = layout == RowLayout.ARRIVAL ? 4 : 3;
        ReplayMemory memory = ScriptPlayer.play(
                memory(Schemas.rewarded(layout), capacity), "a: 10 1/1>11 2/2>12 3/4>13 4/8>14 5/16>15T");
        assertThat(drawn(memory, NStep.of(1, GAMMA)))
                .containsExactly(
                        "12 3/4>13 k=1 d=0.5 bootstrap",
                        "13 4/8>14 k=1 d=0.5 bootstrap",
                        "14 5/16>15T k=1 d=0.5 final");
        assertThat(drawn(memory, NStep.of(3, GAMMA)))
                .containsExactly(
                        "12 3/12>15T k=3 d=0.125 final", "13 4/16>15T k=2 d=0.25 final", "14 5/16>15T k=1 d=0.5 final");
    }

    @ParameterizedTest
    @EnumSource
    void ringWrapsInTheMiddleOfAnEpisode(RowLayout layout) {
        int capacity = layout == RowLayout.ARRIVAL ? 5 : 4;
        ReplayMemory memory = ScriptPlayer.play(
                memory(Schemas.rewarded(layout), capacity),
                "a: 1 1/1>2 2/1>3T | b: 10 1/1>11 2/2>12 | a: 4 3/1>5 | b: 3/4>13 4/8>14T");
        // Left are 4 3>5 and all but the first step of b.
        assertThat(drawn(memory, NStep.of(2, GAMMA)))
                .containsExactlyInAnyOrder(
                        layout == RowLayout.ARRIVAL
                                ? new String[] {
                                    "4 3/1>5 k=1 d=0.5 bootstrap",
                                    "12 3/8>14T k=2 d=0.25 final",
                                    "13 4/8>14T k=1 d=0.5 final"
                                }
                                : new String[] {
                                    "11 2/4>13 k=2 d=0.25 bootstrap",
                                    "4 3/1>5 k=1 d=0.5 bootstrap",
                                    "12 3/8>14T k=2 d=0.25 final",
                                    "13 4/8>14T k=1 d=0.5 final"
                                });
    }

    @ParameterizedTest
    @EnumSource
    void environmentsDiscountsMultiplyGamma(RowLayout layout) {
        Schema schema = Schema.builder()
                .observation(DType.I64)
                .action(DType.I64)
                .reward()
                .discount()
                .rowLayout(layout)
                .build();
        ReplayMemory memory = ScriptPlayer.play(memory(schema, 100), "a: 10 1/1>11 2/2*0.5>12 3/4*0>13 4/8>14C");
        assertThat(drawn(memory, NStep.of(1, GAMMA)))
                .containsExactly(
                        "10 1/1>11 k=1 d=0.5 bootstrap",
                        "11 2/2>12 k=1 d=0.25 bootstrap",
                        "12 3/4>13 k=1 d=0 bootstrap",
                        "13 4/8>14C k=1 d=0.5 bootstrap");
        assertThat(drawn(memory, NStep.of(2, GAMMA)))
                .containsExactly(
                        "10 1/2>12 k=2 d=0.125 bootstrap",
                        "11 2/3>13 k=2 d=0 bootstrap",
                        "12 3/4>14C k=2 d=0 bootstrap",
                        "13 4/8>14C k=1 d=0.5 bootstrap");
        assertThat(drawn(memory, NStep.of(3, GAMMA)))
                .containsExactly(
                        "10 1/2.5>13 k=3 d=0 bootstrap",
                        "11 2/3>14C k=3 d=0 bootstrap",
                        "12 3/4>14C k=2 d=0 bootstrap",
                        "13 4/8>14C k=1 d=0.5 bootstrap");
    }

    @ParameterizedTest
    @EnumSource
    void gammaMayBeZeroOrOne(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(memory(Schemas.rewarded(layout), 100), "a: 10 1/1>11 2/2>12 3/4>13C");
        assertThat(drawn(memory, NStep.of(2, 0)))
                .containsExactly(
                        "10 1/1>12 k=2 d=0 bootstrap", "11 2/2>13C k=2 d=0 bootstrap", "12 3/4>13C k=1 d=0 bootstrap");
        assertThat(drawn(memory, NStep.of(2, 1)))
                .containsExactly(
                        "10 1/3>12 k=2 d=1 bootstrap", "11 2/6>13C k=2 d=1 bootstrap", "12 3/4>13C k=1 d=1 bootstrap");
    }

    @ParameterizedTest
    @EnumSource
    void anotherRewardIsSummedInItsOwnType(RowLayout layout) {
        // The cost, f64, is ten times the reward; there is a discount, too, which is 1.
        ReplayMemory memory = ScriptPlayer.play(
                memory(Schemas.learning(layout), 100), "a: 10 1/1>11 2/2>12 3/4>13T | b: 20 5/0.01>21T");
        SamplerSpec spec = Elements.uniform(memory)
                .nStep(NStep.of(2, GAMMA).withReward("cost"))
                .build();
        assertThat(Elements.of(
                                memory,
                                spec,
                                (batch, row) -> Elements.value(batch, "action", row)
                                        + ": cost " + Elements.value(batch, "cost", row) + ", reward "
                                        + (float) Double.parseDouble(Elements.value(batch, "reward", row)))
                        .values())
                .containsExactlyInAnyOrder(
                        "1: cost 20, reward 1.0",
                        "2: cost 40, reward 2.0",
                        "3: cost 40, reward 4.0",
                        "5: cost 0.1, reward 0.01");
    }

    @ParameterizedTest
    @EnumSource
    void numberOfStepsChangesBetweenSamples(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(memory(Schemas.rewarded(layout), 100), "a: 10 1/1>11 2/2>12 3/4>13T");
        try (Sampler sampler = memory.sampler(
                Elements.uniform(memory).nStep(NStep.of(1, GAMMA)).build())) {
            Batch batch = sampler.newBatch();
            assertThat(firstOf(sampler, batch)).isEqualTo("10 1/1>11 k=1 d=0.5 bootstrap");
            sampler.nStep(3, GAMMA);
            assertThat(firstOf(sampler, batch)).isEqualTo("10 1/3>13T k=3 d=0.125 final");
            sampler.nStep(2, 0.25);
            assertThat(firstOf(sampler, batch)).isEqualTo("10 1/1.5>12 k=2 d=0.0625 bootstrap");
            assertThatThrownBy(() -> sampler.nStep(0, GAMMA)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> sampler.nStep(1, 1.5)).isInstanceOf(IllegalArgumentException.class);
            assertThat(firstOf(sampler, batch)).isEqualTo("10 1/1.5>12 k=2 d=0.0625 bootstrap");
        }
        try (Sampler plain = memory.sampler(Elements.uniform(memory).build())) {
            assertThatThrownBy(() -> plain.nStep(2, GAMMA)).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void headAndRewardStayWhenTheNumberOfStepsChanges(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(memory(Schemas.learning(layout), 100), "a: 10 1/1>11 2/2>12 3/4>13");
        SamplerSpec spec = Elements.uniform(memory)
                .nStep(NStep.of(1, GAMMA).withReward("cost").withHead(Head.WAIT))
                .build();
        try (Sampler sampler = memory.sampler(spec)) {
            Batch batch = sampler.newBatch();
            sampler.nStep(3, GAMMA);
            sampler.sample(batch);
            for (int row = 0; row < batch.size(); row++) {
                assertThat(batch.sequence(row)).isZero();
                assertThat(Elements.value(batch, "cost", row)).isEqualTo("30");
                assertThat(Elements.value(batch, "reward", row)).isEqualTo("1");
                assertThat(batch.steps(row)).isEqualTo(3);
            }
            sampler.nStep(4, GAMMA);
            assertThat(sampler.trySample(batch)).isFalse();
        }
    }

    /** The transition that starts from the first state. */
    private static String firstOf(Sampler sampler, Batch batch) {
        for (int i = 0; i < 100; i++) {
            sampler.sample(batch);
            for (int row = 0; row < batch.size(); row++) {
                if (batch.sequence(row) == 0) {
                    return Elements.transition(batch, row);
                }
            }
        }
        throw new AssertionError("never drawn: sequence=0");
    }

    @ParameterizedTest
    @EnumSource
    void prioritiesAreOfTheStart(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(
                memory(Schemas.rewarded(layout), 100, Shares.proportional(1)), "a: 10 1/1>11 2/2>12 3/4>13T");
        try (Sampler sampler = memory.sampler(
                SamplerSpec.prioritized("n", 32).nStep(NStep.of(3, GAMMA)).build())) {
            Shares.setAll(sampler, 1, 2, 5);
            Batch batch = sampler.sample(sampler.newBatch());
            TreeMap<String, Double> probabilities = new TreeMap<>();
            float[] priorities = new float[batch.size()];
            float[] errors = new float[batch.size()];
            for (int row = 0; row < batch.size(); row++) {
                probabilities.put(batch.sequence(row) + ": " + Elements.transition(batch, row), batch.probability(row));
                priorities[row] = batch.sequence(row) == 1 ? 0 : 4;
                errors[row] = -(batch.sequence(row) + 1);
            }
            assertThat(probabilities)
                    .isEqualTo(Map.of(
                            "0: 10 1/3>13T k=3 d=0.125 final", 0.125,
                            "1: 11 2/4>13T k=2 d=0.25 final", 0.25,
                            "2: 12 3/4>13T k=1 d=0.5 final", 0.625));
            sampler.updatePriorities(batch, priorities);
            Shares.assertPriorities(memory, 4, 0, 4);
            sampler.updateTdErrors(batch, errors);
            Shares.assertPriorities(memory, 1, 2, 3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void transitionThatWaitsIsNotDrawnByPriority(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(
                memory(Schemas.rewarded(layout), 100, Shares.proportional(1)), "a: 10 1/1>11 2/2>12 3/4>13");
        try (Sampler sampler = memory.sampler(SamplerSpec.prioritized("n", 64)
                .nStep(NStep.of(2, GAMMA).withHead(Head.WAIT))
                .build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            assertThat(sequences(batch)).contains(0L, 1L).doesNotContain(2L);
            sampler.nStep(4, GAMMA);
            assertThat(sampler.trySample(batch)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theOneTransitionThatCanBeDrawnByPriorityIsFoundAmongManyThatWait(RowLayout layout) {
        ReplayMemory memory = memory(Schemas.rewarded(layout), 600, Shares.proportional(1));
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play("a: 10 1/1>11T | b: 20");
        for (int i = 1; i <= 500; i++) {
            player.play("b: 2/2>" + (20 + i));
        }
        for (long seed = 1; seed <= 5; seed++) {
            SamplerSpec spec = SamplerSpec.prioritized("n", 1)
                    .nStep(NStep.of(1000, GAMMA).withHead(Head.WAIT))
                    .seed(seed)
                    .build();
            try (Sampler sampler = memory.sampler(spec)) {
                Batch batch = sampler.newBatch();
                assertThat(sampler.trySample(batch)).as("seed=%d", seed).isTrue();
                assertThat(Elements.transition(batch, 0)).isEqualTo("10 1/1>11T k=1 d=0.5 final");
            }
        }
    }

    @Test
    void rewardThatCannotBeSummedIsRefused() {
        ReplayMemory memory = memory(Schemas.learning(RowLayout.ARRIVAL), 10);
        for (String name : List.of("action", "observation", "hidden", "nothing")) {
            SamplerSpec spec = Elements.uniform(memory)
                    .nStep(NStep.of(2, GAMMA).withReward(name))
                    .build();
            assertThatThrownBy(() -> memory.sampler(spec))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void discountThatIsNotOneRealNumberIsRefused() {
        Schema schema = Schema.builder()
                .observation(DType.I64)
                .reward()
                .add(Field.step(Field.DISCOUNT, DType.F32, 2))
                .build();
        ReplayMemory memory = memory(schema, 10, new PriorityIndex[0]);
        SamplerSpec spec = Elements.uniform(memory).nStep(NStep.of(2, GAMMA)).build();
        assertThatThrownBy(() -> memory.sampler(spec))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining(Field.DISCOUNT);
    }

    private static List<String> drawn(ReplayMemory memory, NStep how) {
        return Elements.transitions(memory, Elements.uniform(memory).nStep(how));
    }
}
