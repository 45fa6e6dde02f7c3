package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Columns;
import io.engram.replay.FrameStack;
import io.engram.replay.NStep;
import io.engram.replay.PriorityIndex;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.StreamWriter;
import io.engram.replay.VectorWriter;
import io.engram.replay.Windows;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bugs that other replay buffers have or had, each a test that this one does not; gamma is 0.5. */
public abstract class KnownBugsContract extends MemoryContract {
    private static final double GAMMA = 0.5;

    // Elsewhere the loop over n steps looks at the flags from the second step on, so a first step that ends its
    // episode is summed with rewards of the next one.
    @ParameterizedTest
    @EnumSource
    void flagOfTheFirstOfNStepsEndsTheSum(RowLayout layout) {
        ReplayMemory memory =
                ScriptPlayer.play(memory(Schemas.rewarded(layout), 100), "a: 10 1/1>11T 20 2/100>21C 30 3/100>31");
        assertThat(nSteps(memory, NStep.of(3, GAMMA)))
                .containsExactly(
                        "10 1/1>11T k=1 d=0.5 final",
                        "20 2/100>21C k=1 d=0.5 bootstrap",
                        "30 3/100>31 k=1 d=0.5 bootstrap");
    }

    // Elsewhere a truncation is stored as the end of the task, and its value is taken to be 0.
    @ParameterizedTest
    @EnumSource
    void truncationIsBootstrappedAndTerminationIsNot(RowLayout layout) {
        ReplayMemory memory =
                ScriptPlayer.play(memory(Schemas.rewarded(layout), 100), "a: 10 1/1>11C 20 2/1>21T 30 3/1>31TC");
        assertThat(nSteps(memory, NStep.of(1, GAMMA)))
                .containsExactly(
                        "10 1/1>11C k=1 d=0.5 bootstrap", "20 2/1>21T k=1 d=0.5 final", "30 3/1>31TC k=1 d=0.5 final");
    }

    // Elsewhere the next state of the last step is the first of the next episode, because next states are looked up
    // in the following place of the ring.
    @ParameterizedTest
    @EnumSource
    void finalObservationIsKeptAtATruncation(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), "a: 10 1>11 2>99C 20 3>21 4>98T 30");
        assertThat(contents(memory)).containsExactly("10 1 11", "11 2 99 truncated", "20 3 21", "21 4 98 terminated");
    }

    // Elsewhere the last n - 1 steps of each episode are never made into transitions.
    @ParameterizedTest
    @EnumSource
    void tailOfAnEpisodeIsSampledWithTheStepsThatItHas(RowLayout layout) {
        ReplayMemory memory =
                ScriptPlayer.play(memory(Schemas.rewarded(layout), 100), "a: 10 1/1>11 2/2>12 3/4>13T 20 4/8>21");
        assertThat(nSteps(memory, NStep.of(5, GAMMA).withHead(NStep.Head.WAIT)))
                .containsExactly(
                        "10 1/3>13T k=3 d=0.125 final", "11 2/4>13T k=2 d=0.25 final", "12 3/4>13T k=1 d=0.5 final");
    }

    // Elsewhere a shortened sum is bootstrapped with gamma^n all the same.
    @ParameterizedTest
    @EnumSource
    void discountOfAShortenedSumIsThatOfItsRealLength(RowLayout layout) {
        ReplayMemory memory =
                ScriptPlayer.play(memory(Schemas.rewarded(layout), 100), "a: 10 1/1>11 2/2>12C | b: 20 3/4>21");
        assertThat(nSteps(memory, NStep.of(3, GAMMA)))
                .containsExactlyInAnyOrder(
                        "10 1/2>12C k=2 d=0.25 bootstrap",
                        "11 2/2>12C k=1 d=0.5 bootstrap",
                        "20 3/4>21 k=1 d=0.5 bootstrap");
    }

    // Elsewhere the sum runs over the write head into the oldest rows.
    @ParameterizedTest
    @EnumSource
    void nStepsNeverRunAcrossTheWriteHead(RowLayout layout) {
        int capacity = layout == RowLayout.ARRIVAL ? 5 : 4;
        ReplayMemory memory = memory(Schemas.rewarded(layout), capacity);
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play("a: 10");
        for (int i = 1; i <= 3 * capacity; i++) {
            player.play("a: " + i + "/1>" + (10 + i));
            // The newest step is alone, the one before it is followed by one.
            List<String> drawn = nSteps(memory, NStep.of(3, GAMMA));
            assertThat(drawn.get(drawn.size() - 1))
                    .isEqualTo((9 + i) + " " + i + "/1>" + (10 + i) + " k=1 d=0.5 bootstrap");
            if (i > 1) {
                assertThat(drawn.get(drawn.size() - 2))
                        .isEqualTo((8 + i) + " " + (i - 1) + "/1.5>" + (10 + i) + " k=2 d=0.25 bootstrap");
            }
            assertThat(drawn).hasSize(Math.min(i, 4));
        }
    }

    // Elsewhere rows that several environments wrote in turn are taken for consecutive steps.
    @ParameterizedTest
    @EnumSource
    void nextStatesAndSumsAreOfTheSameStream(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(
                memory(Schemas.rewarded(layout), 100),
                "a: 10 | b: 50 | a: 1/1>11 | b: 5/16>51 | a: 2/2>12 | b: 6/32>52T | a: 3/4>13C");
        assertThat(nSteps(memory, NStep.of(2, GAMMA)))
                .containsExactlyInAnyOrder(
                        "10 1/2>12 k=2 d=0.25 bootstrap",
                        "11 2/4>13C k=2 d=0.25 bootstrap",
                        "12 3/4>13C k=1 d=0.5 bootstrap",
                        "50 5/32>52T k=2 d=0.25 final",
                        "51 6/32>52T k=1 d=0.5 final");
    }

    // Elsewhere the sampler takes the index of a row before that is written, and returns what was there before, or a
    // state whose next one is still to come.
    @ParameterizedTest
    @EnumSource
    void transitionIsNotSampledBeforeItsNextStateIsWritten(RowLayout layout) {
        ReplayMemory memory = longs(layout, 4, Shares.proportional(1));
        ScriptPlayer player = new ScriptPlayer(memory);
        try (Sampler uniform = memory.sampler(
                        SamplerSpec.uniform("uniform", 64).seed(1).build());
                Sampler prioritized = memory.sampler(
                        SamplerSpec.prioritized("prioritized", 64).build())) {
            player.play("a: 10");
            assertThat(uniform.trySample(uniform.newBatch())).isFalse();
            assertThat(prioritized.trySample(prioritized.newBatch())).isFalse();
            for (int i = 1; i < 12; i++) {
                player.play("a: " + i + ">" + (10 + i));
                for (Sampler sampler : List.of(uniform, prioritized)) {
                    Batch batch = sampler.sample(sampler.newBatch());
                    for (int row = 0; row < 64; row++) {
                        long action = batch.column("action").longs().get(row);
                        assertThat(text(batch, row)).isEqualTo((9 + action) + " " + action + " " + (10 + action));
                        assertThat(action).isBetween(i - 3L, (long) i);
                    }
                }
            }
        }
    }

    // Elsewhere the priority of a new row goes to the place before or after it, because the position is read when
    // it has moved already.
    @ParameterizedTest
    @EnumSource
    void priorityOfANewTransitionIsItsOwn(RowLayout layout) {
        ReplayMemory memory = longs(layout, 100, Shares.proportional(1));
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play("a: 10");
        for (int i = 1; i <= 4; i++) {
            player.writer("a").prioritize(i);
            player.play("a: " + i + ">" + (10 + i));
        }
        try (Sampler sampler =
                memory.sampler(SamplerSpec.prioritized("learner", 200).seed(1).build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            for (int row = 0; row < batch.size(); row++) {
                long action = batch.column("action").longs().get(row);
                assertThat(batch.probability(row)).isEqualTo(action / 10.0);
            }
        }
    }

    // Elsewhere an update that comes late changes the priority of whatever was written to the place since.
    @ParameterizedTest
    @EnumSource
    void lateUpdateDoesNotReachTheRowThatTookThePlace(RowLayout layout) {
        int capacity = layout == RowLayout.ARRIVAL ? 4 : 3;
        ReplayMemory memory = longs(layout, capacity, Shares.proportional(1));
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play("a: 10 1>11 2>12 3>13");
        try (Sampler sampler =
                memory.sampler(SamplerSpec.prioritized("learner", 32).build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            player.play("a: 4>14 5>15 6>16");
            float[] errors = new float[32];
            Arrays.fill(errors, 1000);
            sampler.updateTdErrors(batch, errors);
            assertThat(memory.stats().staleUpdates()).isEqualTo(32);
            Shares.assertPrioritiesFrom(memory, 3, 1, 1, 1);
        }
    }

    // Elsewhere windows are cut from the ring by position and join the newest rows to the oldest.
    @ParameterizedTest
    @EnumSource
    void windowNeverSpansTheWriteHead(RowLayout layout) {
        ReplayMemory memory = longs(layout, 7);
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play("a: 10");
        for (int i = 1; i <= 20; i++) {
            player.play("a: " + i + ">" + (10 + i));
            SamplerSpec spec = Elements.uniform(memory)
                    .windows(Windows.of(3).withStride(1))
                    .build();
            for (String window : Elements.of(memory, spec, Elements::window).values()) {
                long first = Long.parseLong(window.substring(0, window.indexOf(' ')));
                assertThat(window).isEqualTo(step(first) + " " + step(first + 1) + " " + step(first + 2));
                assertThat(first + 3).isLessThanOrEqualTo(10 + i);
            }
        }
    }

    private static String step(long state) {
        return state + " " + (state - 9) + ">" + (state + 1);
    }

    // Elsewhere a stack is the k rows before it, whichever episode they are of.
    @ParameterizedTest
    @EnumSource
    void stackNeverReachesIntoAnotherEpisode(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(
                longs(layout, 100), "a: 10 1>11 2>12T | b: 90 9>91 | a: 20 3>21 X 30 4>31 | b: 8>92 | a: Z 40 5>41C");
        assertThat(Elements.transitions(memory, Elements.uniform(memory).stack("observation", FrameStack.of(3))))
                .containsExactlyInAnyOrder(
                        "[10 10 10] 1>[10 10 11]",
                        "[10 10 11] 2>[10 11 12]T",
                        "[90 90 90] 9>[90 90 91]",
                        "[20 20 20] 3>[20 20 21]",
                        "[30 30 30] 4>[30 30 31]",
                        "[90 90 91] 8>[90 91 92]",
                        "[40 40 40] 5>[40 40 41]C");
    }

    // Elsewhere a state whose predecessors were overwritten gets padding, as if its episode began there.
    @ParameterizedTest
    @EnumSource
    void stackCutOffByTheTailIsNotPassedOffAsAStart(RowLayout layout) {
        ReplayMemory memory = longs(layout, 6);
        ScriptPlayer player = new ScriptPlayer(memory);
        player.play("a: 10");
        for (int i = 1; i <= 20; i++) {
            player.play("a: " + i + ">" + (10 + i));
            long newest = 9L + i;
            for (String text :
                    Elements.transitions(memory, Elements.uniform(memory).stack("observation", FrameStack.of(3)))) {
                long state =
                        Long.parseLong(text.substring(text.lastIndexOf('[') + 1).split(" ", -1)[1]);
                assertThat(state).isLessThanOrEqualTo(newest);
                assertThat(text)
                        .startsWith("[" + Math.max(10, state - 2) + " " + Math.max(10, state - 1) + " " + state + "]");
            }
        }
    }

    // Elsewhere the step by which a vector environment resets itself is stored as a transition from the last state
    // of an episode to the first of the next, with the reward 0.
    @ParameterizedTest
    @EnumSource
    void bogusStepOfAnAutoresetIsNeverSampled(RowLayout layout) {
        ReplayMemory memory = longs(layout, 100);
        try (VectorWriter writer = memory.vectorWriter(List.of("lane"))) {
            Columns columns = writer.newColumns();
            columns.column("observation").longs().put(0, 10);
            writer.begin(columns);
            boolean ended = false;
            for (int i = 1; i <= 12; i++) {
                columns.column("action").longs().put(0, i);
                columns.column("next/observation").longs().put(0, 10L + i);
                columns.column("terminated").bytes().put(0, (byte) (i % 4 == 0 ? 1 : 0));
                writer.step(columns, new boolean[] {!ended});
                ended = i % 4 == 0;
            }
        }
        // Steps 5 and 9 are the bogus ones.
        assertThat(contents(memory))
                .containsExactly(
                        "10 1 11",
                        "11 2 12",
                        "12 3 13",
                        "13 4 14 terminated",
                        "15 6 16",
                        "16 7 17",
                        "17 8 18 terminated",
                        "19 10 20",
                        "20 11 21",
                        "21 12 22 terminated");
    }

    // Elsewhere what a crash or reset of an actor cut off is followed by the next episode as if nothing had been.
    @ParameterizedTest
    @EnumSource
    void episodeThatWasCutOffIsNotContinuedByTheNext(RowLayout layout) {
        for (String cut : List.of("X", "Z", "")) {
            ReplayMemory memory = ScriptPlayer.play(
                    memory(Schemas.rewarded(layout), 100), "a: 10 1/1>11 2/2>12 " + cut + " 20 3/4>21T");
            assertThat(nSteps(memory, NStep.of(3, GAMMA)))
                    .containsExactly(
                            "10 1/2>12 k=2 d=0.25 bootstrap",
                            "11 2/2>12 k=1 d=0.5 bootstrap",
                            "20 3/4>21T k=1 d=0.5 final");
            assertThat(Elements.windows(memory, Elements.uniform(memory).windows(Windows.of(3))))
                    .containsExactly("10 1>11 11 2>12 _", "20 3>21T _ _");
        }
    }

    // Elsewhere the errors of padding and burn-in count when a sequence's priority is computed.
    @ParameterizedTest
    @EnumSource
    void errorsOfPaddingDoNotCountInAWindowsPriority(RowLayout layout) {
        Windows windows = Windows.of(4);
        PriorityIndex index = PriorityIndex.proportional("windows")
                .alpha(1)
                .epsilon(0)
                .windows(windows)
                .build();
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100, index), "a: 10 1>11T 20 2>21T");
        long second = layout == RowLayout.ARRIVAL ? 2 : 1;
        try (Sampler sampler = memory.sampler(SamplerSpec.prioritized("learner", 32)
                .index("windows")
                .windows(windows)
                .build())) {
            Batch batch = sampler.sample(sampler.newBatch());
            float[] errors = new float[32 * 4];
            for (int row = 0; row < 32; row++) {
                errors[4 * row] = batch.sequence(row) == 0 ? 1 : 3;
                errors[4 * row + 1] = 1000;
            }
            sampler.updateTdErrors(batch, errors);
        }
        Shares.assertPriorities(memory, "windows", windows, Map.of(0L, 1.0, second, 3.0));
    }

    // Elsewhere a window is drawn as soon as its first rows are there, the rest being what the ring held before.
    @ParameterizedTest
    @EnumSource
    void windowIsNotSampledBeforeItIsWhole(RowLayout layout) {
        ReplayMemory memory = longs(layout, 6);
        try (StreamWriter writer = memory.writer("a")) {
            begin(writer, 10);
            for (int i = 1; i <= 20; i++) {
                step(writer, i, 10 + i);
                List<String> drawn =
                        Elements.windows(memory, Elements.uniform(memory).windows(Windows.of(3)));
                assertThat(drawn).allSatisfy(text -> assertThat(text).doesNotContain("_"));
                assertThat(drawn.isEmpty()).isEqualTo(i < 3);
            }
        }
    }

    private static List<String> nSteps(ReplayMemory memory, NStep how) {
        return Elements.transitions(memory, Elements.uniform(memory).nStep(how));
    }
}
