package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.FrameStack;
import io.engram.replay.FrameStack.Padding;
import io.engram.replay.NStep;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SchemaException;
import io.engram.replay.TooFewTransitionsException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Stacks of states of hand-made episodes ({@link Script}), with expected values written by hand. */
public abstract class FrameStackContract extends MemoryContract {
    private static final String TWO_EPISODES = "a: 10 1>11 2>12 3>13T 20 4>21 5>22C";

    static Stream<Arguments> stacks() {
        return Stream.of(RowLayout.values())
                .flatMap(layout -> Stream.of(
                        Arguments.of(
                                layout,
                                FrameStack.of(1),
                                List.of("[10] 1>[11]", "[11] 2>[12]", "[12] 3>[13]T", "[20] 4>[21]", "[21] 5>[22]C")),
                        Arguments.of(
                                layout,
                                FrameStack.of(2),
                                List.of(
                                        "[10 10] 1>[10 11]",
                                        "[10 11] 2>[11 12]",
                                        "[11 12] 3>[12 13]T",
                                        "[20 20] 4>[20 21]",
                                        "[20 21] 5>[21 22]C")),
                        Arguments.of(
                                layout,
                                new FrameStack(2, Padding.ZEROS),
                                List.of(
                                        "[0 10] 1>[10 11]",
                                        "[10 11] 2>[11 12]",
                                        "[11 12] 3>[12 13]T",
                                        "[0 20] 4>[20 21]",
                                        "[20 21] 5>[21 22]C")),
                        Arguments.of(
                                layout,
                                FrameStack.of(4),
                                List.of(
                                        "[10 10 10 10] 1>[10 10 10 11]",
                                        "[10 10 10 11] 2>[10 10 11 12]",
                                        "[10 10 11 12] 3>[10 11 12 13]T",
                                        "[20 20 20 20] 4>[20 20 20 21]",
                                        "[20 20 20 21] 5>[20 20 21 22]C")),
                        Arguments.of(
                                layout,
                                new FrameStack(4, Padding.ZEROS),
                                List.of(
                                        "[0 0 0 10] 1>[0 0 10 11]",
                                        "[0 0 10 11] 2>[0 10 11 12]",
                                        "[0 10 11 12] 3>[10 11 12 13]T",
                                        "[0 0 0 20] 4>[0 0 20 21]",
                                        "[0 0 20 21] 5>[0 20 21 22]C"))));
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void stacksArePaddedAtEpisodeStartsAndNeverReachBeyond(RowLayout layout, FrameStack stack, List<String> expected) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), TWO_EPISODES);
        assertThat(drawn(memory, stack)).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void stateAndNextStateAreTheUnionDeliveredOnce(RowLayout layout, FrameStack stack, List<String> expected) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), TWO_EPISODES);
        SamplerSpec spec = Elements.uniform(memory)
                .stack("observation", stack)
                .columns("observation", "next/observation", "states/observation")
                .build();
        int size = stack.size();
        assertThat(Elements.of(memory, spec, (batch, row) -> {
                    List<String> all = Elements.values(batch.column("states/observation"), row);
                    assertThat(batch.column("states/observation").shape()).containsExactly(size + 1);
                    assertThat(Elements.values(batch.column("observation"), row))
                            .isEqualTo(all.subList(0, size));
                    assertThat(Elements.values(batch.column("next/observation"), row))
                            .isEqualTo(all.subList(1, size + 1));
                    return String.join(" ", all);
                }))
                .hasSize(expected.size());
    }

    @ParameterizedTest
    @EnumSource
    void statesWithoutAStackAreTheTwoOfTheStep(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), "a: 10 1>11 2>12T");
        SamplerSpec spec =
                Elements.uniform(memory).columns("states/observation").build();
        assertThat(Elements.of(memory, spec, (batch, row) -> Elements.value(batch, "states/observation", row))
                        .values())
                .containsExactly("[10 11]", "[11 12]");
    }

    @ParameterizedTest
    @EnumSource
    void stateWhosePredecessorsLeftIsNotSampledAndNeverPadded(RowLayout layout) {
        int capacity = layout == RowLayout.ARRIVAL ? 4 : 3;
        // Held are states 12 to 15.
        ReplayMemory memory = ScriptPlayer.play(longs(layout, capacity), "a: 10 1>11 2>12 3>13 4>14 5>15");
        for (Padding padding : Padding.values()) {
            assertThat(drawn(memory, new FrameStack(1, padding)))
                    .containsExactly("[12] 3>[13]", "[13] 4>[14]", "[14] 5>[15]");
            assertThat(drawn(memory, new FrameStack(2, padding)))
                    .containsExactly("[12 13] 4>[13 14]", "[13 14] 5>[14 15]");
            assertThat(drawn(memory, new FrameStack(3, padding))).containsExactly("[12 13 14] 5>[13 14 15]");
            assertThat(drawn(memory, new FrameStack(4, padding))).isEmpty();
        }
        SamplerSpec spec = SamplerSpec.uniform("none", 2)
                .stack("observation", FrameStack.of(4))
                .build();
        try (Sampler sampler = memory.sampler(spec)) {
            assertThatThrownBy(() -> sampler.sample(sampler.newBatch())).isInstanceOf(TooFewTransitionsException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void episodeThatBeginsAtTheTailIsPaddedAsAnyOther(RowLayout layout) {
        int capacity = layout == RowLayout.ARRIVAL ? 4 : 3;
        ReplayMemory memory = ScriptPlayer.play(longs(layout, capacity), "a: 10 1>11 2>12T 20 3>21 4>22 5>23");
        assertThat(drawn(memory, FrameStack.of(3)))
                .containsExactly("[20 20 20] 3>[20 20 21]", "[20 20 21] 4>[20 21 22]", "[20 21 22] 5>[21 22 23]");
    }

    @ParameterizedTest
    @EnumSource
    void stacksAreOfOneStream(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(
                longs(layout, 100), "a: 10 1>11 | b: 50 5>51 | a: 2>12 | b: 6>52T | a: 3>13 | b: 60 7>61 | a: 4>14C");
        assertThat(drawn(memory, FrameStack.of(3)))
                .containsExactlyInAnyOrder(
                        "[10 10 10] 1>[10 10 11]",
                        "[10 10 11] 2>[10 11 12]",
                        "[10 11 12] 3>[11 12 13]",
                        "[11 12 13] 4>[12 13 14]C",
                        "[50 50 50] 5>[50 50 51]",
                        "[50 50 51] 6>[50 51 52]T",
                        "[60 60 60] 7>[60 60 61]");
    }

    @ParameterizedTest
    @EnumSource
    void fieldsHaveStacksOfTheirOwn(RowLayout layout) {
        // In state s the pixels are s + 50, ... and the hidden state s + 100, ...
        ReplayMemory memory = ScriptPlayer.play(memory(Schemas.learning(layout), 100), "a: 10 1>11 2>12T");
        SamplerSpec spec = Elements.uniform(memory)
                .stack("observation", new FrameStack(3, Padding.ZEROS))
                .stack("pixels", FrameStack.of(2))
                .columns(
                        "observation",
                        "next/observation",
                        "states/observation",
                        "pixels",
                        "next/pixels",
                        "states/pixels",
                        "hidden",
                        "next/hidden",
                        "states/hidden")
                .build();
        try (Sampler sampler = memory.sampler(spec)) {
            assertThat(sampler.newBatch().column("observation").shape()).containsExactly(3);
            assertThat(sampler.newBatch().column("pixels").shape()).containsExactly(2, 2, 2);
            assertThat(sampler.newBatch().column("states/pixels").shape()).containsExactly(3, 2, 2);
            assertThat(sampler.newBatch().column("hidden").shape()).containsExactly(2);
            assertThat(sampler.newBatch().column("states/hidden").shape()).containsExactly(2, 2);
        }
        assertThat(Elements.of(
                                memory,
                                spec,
                                (batch, row) -> Elements.columns(batch, row).toString())
                        .values())
                .containsExactly(
                        "{observation=0 0 10, next/observation=0 10 11, states/observation=0 0 10 11,"
                                + " pixels=60 61 62 63 60 61 62 63, next/pixels=60 61 62 63 61 62 63 64,"
                                + " states/pixels=60 61 62 63 60 61 62 63 61 62 63 64,"
                                + " hidden=110 111, next/hidden=111 112, states/hidden=110 111 111 112}",
                        "{observation=0 10 11, next/observation=10 11 12, states/observation=0 10 11 12,"
                                + " pixels=60 61 62 63 61 62 63 64, next/pixels=61 62 63 64 62 63 64 65,"
                                + " states/pixels=60 61 62 63 61 62 63 64 62 63 64 65,"
                                + " hidden=111 112, next/hidden=112 113, states/hidden=111 112 112 113}");
    }

    @ParameterizedTest
    @EnumSource
    void deepestStackDecidesWhatIsHeld(RowLayout layout) {
        int capacity = layout == RowLayout.ARRIVAL ? 4 : 3;
        ReplayMemory memory =
                ScriptPlayer.play(memory(Schemas.learning(layout), capacity), "a: 10 1>11 2>12 3>13 4>14 5>15");
        SamplerSpec spec = Elements.uniform(memory)
                .stack("observation", FrameStack.of(2))
                .stack("pixels", FrameStack.of(3))
                .columns("action", "observation", "pixels")
                .build();
        assertThat(Elements.of(
                                memory,
                                spec,
                                (batch, row) -> Elements.columns(batch, row).toString())
                        .values())
                .containsExactly("{action=5, observation=13 14, pixels=62 63 64 65 63 64 65 66 64 65 66 67}");
    }

    @ParameterizedTest
    @EnumSource
    void stacksEndInTheStatesThatNStepsLieBetween(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(memory(Schemas.rewarded(layout), 100), "a: 10 1/1>11 2/2>12 3/4>13T");
        assertThat(Elements.transitions(
                        memory,
                        Elements.uniform(memory)
                                .stack("observation", FrameStack.of(2))
                                .nStep(NStep.of(2, 0.5))))
                .containsExactly(
                        "[10 10] 1/2>[11 12] k=2 d=0.25 bootstrap",
                        "[10 11] 2/4>[12 13]T k=2 d=0.25 final",
                        "[11 12] 3/4>[12 13]T k=1 d=0.5 final");
    }

    @ParameterizedTest
    @EnumSource
    void stackBehindTheTailIsNotDrawnByPriority(RowLayout layout) {
        int capacity = layout == RowLayout.ARRIVAL ? 4 : 3;
        ReplayMemory memory =
                ScriptPlayer.play(longs(layout, capacity, Shares.proportional(1)), "a: 10 1>11 2>12 3>13 4>14 5>15");
        try (Sampler sampler = memory.sampler(SamplerSpec.prioritized("stacks", 64)
                .stack("observation", FrameStack.of(2))
                .build())) {
            assertThat(sequences(sampler.sample(sampler.newBatch()))).containsOnly(3L, 4L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyStateFieldsAreStacked(RowLayout layout) {
        ReplayMemory memory = longs(layout, 10);
        for (String name : List.of("action", "nothing")) {
            SamplerSpec spec =
                    Elements.uniform(memory).stack(name, FrameStack.of(2)).build();
            assertThatThrownBy(() -> memory.sampler(spec))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining(name);
        }
    }

    private static List<String> drawn(ReplayMemory memory, FrameStack stack) {
        return Elements.transitions(memory, Elements.uniform(memory).stack("observation", stack));
    }
}
