package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.Batch;
import io.engram.replay.FrameStack;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.SchemaException;
import io.engram.replay.Windows;
import io.engram.replay.Windows.Order;
import io.engram.replay.Windows.Tail;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Windows of hand-made episodes ({@link Script}), with expected values written by hand. */
public abstract class WindowContract extends MemoryContract {
    private static final String FIVE = "a: 10 1>11 2>12 3>13 4>14 5>15T";

    /**
     * For length, stride: each line has the steps of an episode, its full windows, and what the last window is if it is
     * padded and if it is shifted back; a window is written as the numbers of its steps.
     */
    private static final List<String> ENUMERATION = List.of("""
                    1 1
                    1 | 0     |     |
                    2 | 0 1   |     |
                    3 | 0 1 2 |     |""", """
                    1 2
                    1 | 0     |     |
                    2 | 0     |     |
                    3 | 0 2   |     |""", """
                    2 1
                    1 |                | 0_ | 0_
                    2 | 01             |    |
                    3 | 01 12          |    |
                    4 | 01 12 23       |    |
                    5 | 01 12 23 34    |    |
                    6 | 01 12 23 34 45 |    |""", """
                    2 2
                    1 |          | 0_ | 0_
                    2 | 01       |    |
                    3 | 01       | 2_ | 12
                    4 | 01 23    |    |
                    5 | 01 23    | 4_ | 34
                    6 | 01 23 45 |    |""", """
                    2 3
                    1 |       | 0_ | 0_
                    2 | 01    |    |
                    3 | 01    |    |
                    4 | 01    | 3_ | 23
                    5 | 01 34 |    |
                    6 | 01 34 |    |""", """
                    3 2
                    1 |                 | 0__ | 0__
                    2 |                 | 01_ | 01_
                    3 | 012             |     |
                    4 | 012             | 23_ | 123
                    5 | 012 234         |     |
                    6 | 012 234         | 45_ | 345
                    7 | 012 234 456     |     |
                    8 | 012 234 456     | 67_ | 567
                    9 | 012 234 456 678 |     |""", """
                    3 3
                    1 |             | 0__ | 0__
                    2 |             | 01_ | 01_
                    3 | 012         |     |
                    4 | 012         | 3__ | 123
                    5 | 012         | 34_ | 234
                    6 | 012 345     |     |
                    7 | 012 345     | 6__ | 456
                    8 | 012 345     | 67_ | 567
                    9 | 012 345 678 |     |""", """
                    3 5
                    1 |         | 0__ | 0__
                    2 |         | 01_ | 01_
                    3 | 012     |     |
                    4 | 012     |     |
                    5 | 012     |     |
                    6 | 012     | 5__ | 345
                    7 | 012     | 56_ | 456
                    8 | 012 567 |     |
                    9 | 012 567 |     |""");

    /** How an episode of the enumeration goes on after its last step: terminated, truncated, abandoned or not yet. */
    private static final List<String> ENDS = List.of("T", "C", " X", "");

    static Stream<Arguments> enumerations() {
        return Stream.of(RowLayout.values())
                .flatMap(layout -> ENUMERATION.stream().map(table -> Arguments.of(layout, table)));
    }

    @ParameterizedTest
    @MethodSource("enumerations")
    void windowsAreThoseWrittenByHand(RowLayout layout, String table) {
        List<String> lines = table.lines().toList();
        int length = Integer.parseInt(lines.get(0).substring(0, 1));
        int stride = Integer.parseInt(lines.get(0).substring(2));
        ReplayMemory memory = longs(layout, 1000);
        ScriptPlayer player = new ScriptPlayer(memory);
        for (int steps = 1; steps < lines.size(); steps++) {
            for (int end = 0; end < ENDS.size(); end++) {
                player.play(episode(steps, end));
            }
        }
        for (Tail tail : Tail.values()) {
            Windows windows = Windows.of(length).withStride(stride).withTail(tail);
            TreeMap<String, TreeSet<String>> drawn = byEpisode(memory, windows);
            for (String line : lines.subList(1, lines.size())) {
                // The end of the line is stripped by the text block.
                List<String> cells = Arrays.stream((line + " ").split("\\|", -1))
                        .map(String::strip)
                        .toList();
                for (int end = 0; end < ENDS.size(); end++) {
                    String last = switch (tail) {
                        case PAD -> cells.get(2);
                        case SHIFT_BACK -> cells.get(3);
                        case DROP -> "";
                    };
                    String expected = ENDS.get(end).isEmpty() ? cells.get(1) : cells.get(1) + " " + last;
                    TreeSet<String> found = drawn.getOrDefault(cells.get(0) + "/" + end, new TreeSet<>());
                    assertThat(String.join(" ", found))
                            .as(
                                    "length=%d stride=%d tail=%s steps=%s end='%s'",
                                    length, stride, tail, cells.get(0), ENDS.get(end))
                            .isEqualTo(expected.strip());
                }
            }
        }
    }

    /** Its states are 1000 x steps + 100 x end + step, its actions the steps' numbers. */
    private static String episode(int steps, int end) {
        StringBuilder script = new StringBuilder("s" + steps + "-" + end + ": ");
        int base = 1000 * steps + 100 * end;
        script.append(base);
        for (int i = 0; i < steps; i++) {
            script.append(' ').append(i).append('>').append(base + i + 1);
        }
        return script + ENDS.get(end);
    }

    /** The windows drawn of each episode, by steps/end. */
    private static TreeMap<String, TreeSet<String>> byEpisode(ReplayMemory memory, Windows windows) {
        SamplerSpec spec = Elements.uniform(memory).windows(windows).build();
        TreeMap<String, TreeSet<String>> drawn = new TreeMap<>();
        for (String text : Elements.of(memory, spec, WindowContract::numbered).values()) {
            int colon = text.indexOf(':');
            drawn.computeIfAbsent(text.substring(0, colon), key -> new TreeSet<>())
                    .add(text.substring(colon + 1));
        }
        return drawn;
    }

    /** A window as {@code steps/end:numbers of its steps}, after a check that the states go with the actions. */
    private static String numbered(Batch batch, int row) {
        int positions = batch.column(Windows.VALID).shape().get(0);
        StringBuilder numbers = new StringBuilder();
        long base = batch.column("observation").longs().get(row * positions) / 100;
        for (int i = row * positions; i < (row + 1) * positions; i++) {
            long action = batch.column("action").longs().get(i);
            if (batch.column(Windows.VALID).bytes().get(i) == 1) {
                assertThat(batch.column("observation").longs().get(i)).isEqualTo(base * 100 + action);
                assertThat(batch.column("next/observation").longs().get(i)).isEqualTo(base * 100 + action + 1);
                numbers.append(action);
            } else {
                assertThat(batch.column("observation").longs().get(i)).isZero();
                numbers.append('_');
            }
        }
        return base / 10 + "/" + base % 10 + ":" + numbers;
    }

    @ParameterizedTest
    @EnumSource
    void windowsDeliverEachStepOnceAndZerosInPadding(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), FIVE);
        assertThat(drawn(memory, Windows.of(2))).containsExactly("10 1>11 11 2>12", "12 3>13 13 4>14", "14 5>15T _");
        assertThat(drawn(memory, Windows.of(2).withTail(Tail.SHIFT_BACK)))
                .containsExactly("10 1>11 11 2>12", "12 3>13 13 4>14", "13 4>14 14 5>15T");
        assertThat(drawn(memory, Windows.of(2).withTail(Tail.DROP)))
                .containsExactly("10 1>11 11 2>12", "12 3>13 13 4>14");
        assertThat(drawn(memory, Windows.of(7))).containsExactly("10 1>11 11 2>12 12 3>13 13 4>14 14 5>15T _ _");
    }

    @ParameterizedTest
    @EnumSource
    void openEpisodeHasItsFullWindowsOnlyAndGetsMoreAsItGoesOn(RowLayout layout) {
        ReplayMemory memory = longs(layout, 100);
        ScriptPlayer player = new ScriptPlayer(memory);
        Windows windows = Windows.of(2);
        player.play("a: 10");
        assertThat(drawn(memory, windows)).isEmpty();
        player.play("a: 1>11");
        assertThat(drawn(memory, windows)).isEmpty();
        player.play("a: 2>12 3>13");
        assertThat(drawn(memory, windows)).containsExactly("10 1>11 11 2>12");
        player.play("a: X");
        assertThat(drawn(memory, windows)).containsExactly("10 1>11 11 2>12", "12 3>13 _");
    }

    @ParameterizedTest
    @EnumSource
    void windowsAreOfOneEpisodeAndOneStream(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(
                longs(layout, 100), "a: 10 1>11 | b: 50 5>51 | a: 2>12 | b: 6>52T 60 7>61 | a: 3>13TC | b: 8>62C");
        assertThat(drawn(memory, Windows.of(2)))
                .containsExactlyInAnyOrder("10 1>11 11 2>12", "50 5>51 51 6>52T", "12 3>13TC _", "60 7>61 61 8>62C");
        assertThat(drawn(memory, Windows.of(4).withTail(Tail.SHIFT_BACK)))
                .containsExactlyInAnyOrder(
                        "10 1>11 11 2>12 12 3>13TC _", "50 5>51 51 6>52T _ _", "60 7>61 61 8>62C _ _");
    }

    @ParameterizedTest
    @EnumSource
    void burnInComesBeforeTheWindowAndIsShorterAtAnEpisodesStart(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), FIVE);
        Windows windows = Windows.of(2).withBurnIn(3);
        assertThat(drawn(memory, windows))
                .containsExactly(
                        "10 1>11 11 2>12 _ _ _",
                        "(10 1>11) (11 2>12) 12 3>13 13 4>14 _",
                        "(11 2>12) (12 3>13) (13 4>14) 14 5>15T _");
        assertThat(drawn(memory, windows.withTail(Tail.SHIFT_BACK)))
                .containsExactly(
                        "10 1>11 11 2>12 _ _ _",
                        "(10 1>11) (11 2>12) 12 3>13 13 4>14 _",
                        "(10 1>11) (11 2>12) (12 3>13) 13 4>14 14 5>15T");
        assertThat(drawn(memory, windows.withStride(1)))
                .containsExactly(
                        "10 1>11 11 2>12 _ _ _",
                        "(10 1>11) 11 2>12 12 3>13 _ _",
                        "(10 1>11) (11 2>12) 12 3>13 13 4>14 _",
                        "(10 1>11) (11 2>12) (12 3>13) 13 4>14 14 5>15T");
    }

    @ParameterizedTest
    @EnumSource
    void backwardTheLastStepComesFirstAndPaddingLast(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), FIVE);
        Windows windows = Windows.of(2).withOrder(Order.BACKWARD);
        assertThat(drawn(memory, windows)).containsExactly("11 2>12 10 1>11", "13 4>14 12 3>13", "14 5>15T _");
        assertThat(drawn(memory, windows.withBurnIn(3)))
                .containsExactly(
                        "11 2>12 10 1>11 _ _ _",
                        "13 4>14 12 3>13 (11 2>12) (10 1>11) _",
                        "14 5>15T (13 4>14) (12 3>13) (11 2>12) _");
    }

    @ParameterizedTest
    @EnumSource
    void wholeEpisodesAreThoseThatEndedAndAreNotTooLong(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(
                longs(layout, 100),
                "a: 10 1>11T | b: 20 2>21 3>22 4>23C | c: 30 1>31 2>32 3>33 4>34T | d: 40 1>41 X | e: 50 1>51 | f: 60");
        assertThat(drawn(memory, Windows.episodes(3)))
                .containsExactly("10 1>11T _ _", "20 2>21 21 3>22 22 4>23C", "40 1>41 _ _");
        assertThat(drawn(memory, new Windows(3, 3, Tail.PAD, 0, Order.BACKWARD, true)))
                .containsExactly("10 1>11T _ _", "22 4>23C 21 3>22 20 2>21", "40 1>41 _ _");
        // What is ignored for whole episodes.
        assertThat(drawn(memory, new Windows(3, 1, Tail.DROP, 0, Order.FORWARD, true)))
                .isEqualTo(drawn(memory, Windows.episodes(3)));
    }

    @ParameterizedTest
    @EnumSource
    void wholeEpisodeWhoseFirstRowLeftIsNotSampled(RowLayout layout) {
        int capacity = layout == RowLayout.ARRIVAL ? 5 : 3;
        ReplayMemory memory = ScriptPlayer.play(longs(layout, capacity), "a: 10 1>11 2>12T 20 3>21C 30 4>31T");
        assertThat(drawn(memory, Windows.episodes(5))).containsExactly("20 3>21C _ _ _ _", "30 4>31T _ _ _ _");
    }

    @ParameterizedTest
    @EnumSource
    void firstStateIsTheOneBeforeBurnIn(RowLayout layout) {
        // The hidden state of state s is s + 100, s + 101.
        ReplayMemory memory = ScriptPlayer.play(memory(Schemas.learning(layout), 100), FIVE);
        for (Order order : Order.values()) {
            SamplerSpec spec = Elements.uniform(memory)
                    .windows(Windows.of(2).withBurnIn(1).withOrder(order))
                    .columns("first/hidden", "first/observation")
                    .build();
            assertThat(Elements.of(
                                    memory,
                                    spec,
                                    (batch, row) -> Elements.columns(batch, row).toString())
                            .values())
                    .containsExactly(
                            "{first/hidden=110 111, first/observation=10}",
                            "{first/hidden=111 112, first/observation=11}",
                            "{first/hidden=113 114, first/observation=13}");
        }
    }

    @ParameterizedTest
    @EnumSource
    void statesOfAWindowAreDeliveredOnce(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), FIVE);
        Windows windows = Windows.of(2).withBurnIn(1);
        assertThat(column(memory, Elements.uniform(memory).windows(windows), "states/observation"))
                .containsExactly("[10 11 12 0]", "[11 12 13 14]", "[13 14 15 0]");
        SamplerSpec.Builder stacked = Elements.uniform(memory).windows(windows).stack("observation", FrameStack.of(2));
        assertThat(column(memory, stacked, "states/observation"))
                .containsExactly("[10 10 11 12 0]", "[10 11 12 13 14]", "[12 13 14 15 0]");
        assertThat(column(memory, stacked, "first/observation")).containsExactly("[10 10]", "[10 11]", "[12 13]");
    }

    @ParameterizedTest
    @EnumSource
    void statesInBackwardWindowsAreRefused(RowLayout layout) {
        ReplayMemory memory = longs(layout, 100);
        SamplerSpec spec = Elements.uniform(memory)
                .windows(Windows.of(2).withOrder(Order.BACKWARD))
                .columns("states/observation")
                .build();
        assertThatThrownBy(() -> memory.sampler(spec))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("states/observation");
    }

    @ParameterizedTest
    @EnumSource
    void everyStepOfAWindowHasItsStack(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), FIVE);
        FrameStack stack = new FrameStack(2, FrameStack.Padding.ZEROS);
        assertThat(Elements.windows(
                        memory, Elements.uniform(memory).windows(Windows.of(2)).stack("observation", stack)))
                .containsExactly(
                        "[0 10] 1>[10 11] [10 11] 2>[11 12]",
                        "[11 12] 3>[12 13] [12 13] 4>[13 14]",
                        "[13 14] 5>[14 15]T _");
    }

    @ParameterizedTest
    @EnumSource
    void shapesHaveThePositionsFirst(RowLayout layout) {
        ReplayMemory memory = memory(Schemas.learning(layout), 100);
        SamplerSpec spec = SamplerSpec.uniform("shapes", 2)
                .windows(Windows.of(3).withBurnIn(2))
                .stack("pixels", FrameStack.of(4))
                .columns("pixels", "action", "terminated", "states/pixels", "first/pixels", Windows.VALID)
                .build();
        try (Sampler sampler = memory.sampler(spec)) {
            Batch batch = sampler.newBatch();
            assertThat(batch.column("pixels").shape()).containsExactly(5, 4, 2, 2);
            assertThat(batch.column("action").shape()).containsExactly(5);
            assertThat(batch.column("terminated").shape()).containsExactly(5);
            assertThat(batch.column("states/pixels").shape()).containsExactly(9, 2, 2);
            assertThat(batch.column("first/pixels").shape()).containsExactly(4, 2, 2);
            assertThat(batch.column(Windows.VALID).shape()).containsExactly(5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void windowOfWhichAStepOrBurnInOrStackLeftIsNeverSampled(RowLayout layout) {
        // Held are states 12 to 16.
        int capacity = layout == RowLayout.ARRIVAL ? 5 : 4;
        ReplayMemory memory = ScriptPlayer.play(longs(layout, capacity), "a: 10 1>11 2>12 3>13 4>14 5>15 6>16");
        Windows windows = Windows.of(2);
        assertThat(drawn(memory, windows)).containsExactly("12 3>13 13 4>14", "14 5>15 15 6>16");
        assertThat(drawn(memory, windows.withBurnIn(1))).containsExactly("(13 4>14) 14 5>15 15 6>16");
        assertThat(drawn(memory, windows.withBurnIn(2))).containsExactly("(12 3>13) (13 4>14) 14 5>15 15 6>16");
        assertThat(drawn(memory, windows.withBurnIn(3))).isEmpty();
        for (int burnIn = 0; burnIn < 3; burnIn++) {
            SamplerSpec.Builder stacked = Elements.uniform(memory)
                    .windows(windows.withBurnIn(burnIn))
                    .stack("observation", FrameStack.of(3))
                    .columns("action");
            assertThat(column(memory, stacked, "action")).isEqualTo(burnIn == 0 ? List.of("[5 6]") : List.of());
        }
        assertThat(drawn(memory, windows.withStride(1)))
                .containsExactly("12 3>13 13 4>14", "13 4>14 14 5>15", "14 5>15 15 6>16");
    }

    @ParameterizedTest
    @EnumSource
    void windowShiftedBackIsKeyedByWhereItWouldBeginAndNeedsItsFirstRow(RowLayout layout) {
        Windows windows = Windows.of(3).withTail(Tail.SHIFT_BACK);
        int toHoldState12 = layout == RowLayout.ARRIVAL ? 4 : 3;
        ReplayMemory memory = ScriptPlayer.play(longs(layout, toHoldState12), FIVE);
        assertThat(Elements.of(memory, Elements.uniform(memory).windows(windows).build(), Elements::window))
                .containsExactly(Map.entry(3L, "12 3>13 13 4>14 14 5>15T"));
        ReplayMemory smaller = ScriptPlayer.play(longs(layout, toHoldState12 - 1), FIVE);
        assertThat(drawn(smaller, windows)).isEmpty();
        assertThat(drawn(smaller, windows.withTail(Tail.PAD))).containsExactly("13 4>14 14 5>15T _");
    }

    @ParameterizedTest
    @EnumSource
    void windowLongerThanTheMemoryIsNeverSampled(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 3), "a: 10 1>11 2>12 3>13 4>14 5>15 6>16 7>17");
        assertThat(drawn(memory, Windows.of(4).withStride(1))).isEmpty();
    }

    // A memory that gives up only after a number of draws that grows with the stride or the longest episode hangs.
    @ParameterizedTest
    @EnumSource
    void thatThereIsNothingToDrawIsFoundOutInFewDraws(RowLayout layout) {
        ReplayMemory memory = ScriptPlayer.play(longs(layout, 100), "a: 10 1>11 2>12");
        SamplerSpec spec =
                SamplerSpec.uniform("none", 4).windows(Windows.episodes(10_000)).build();
        try (Sampler sampler = memory.sampler(spec)) {
            assertThat(sampler.trySample(sampler.newBatch())).isFalse();
        }
        assertThat(memory.stats().redraws()).isLessThan(4 * 10_000);
    }

    @ParameterizedTest
    @EnumSource
    void usualColumnsAreAllButTheStatesAndTheFirst(RowLayout layout) {
        ReplayMemory memory = memory(Schemas.rewarded(layout), 10);
        try (Sampler sampler = memory.sampler(
                SamplerSpec.uniform("usual", 1).windows(Windows.of(2)).build())) {
            assertThat(sampler.newBatch().names())
                    .containsExactly(
                            "observation",
                            "action",
                            "reward",
                            "next/observation",
                            "terminated",
                            "truncated",
                            "window/valid",
                            "window/burn_in");
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWindowIsEquallyLikely(RowLayout layout) {
        ReplayMemory memory = longs(layout, 60);
        ScriptPlayer player = new ScriptPlayer(memory);
        for (int i = 0; i < 9; i++) {
            player.play("a: 10 1>11 2>12 3>13 4>14 5>15T 20 6>21C | b: 30 7>31 8>32 9>33T | c: 40 1>41 2>42 X");
        }
        player.play("b: 50 1>51 2>52 3>53");
        for (Windows windows : List.of(
                Windows.of(2).withStride(3),
                Windows.of(3).withStride(2).withTail(Tail.SHIFT_BACK).withBurnIn(2),
                Windows.episodes(4))) {
            List<Long> keys = new ArrayList<>(Elements.of(
                            memory, Elements.uniform(memory).windows(windows).build(), Elements::window)
                    .keySet());
            assertThat(keys).hasSizeGreaterThan(8);
            SamplerSpec spec = SamplerSpec.uniform("uniform", 32)
                    .seed(3)
                    .windows(windows)
                    .columns(Windows.VALID)
                    .build();
            try (Sampler sampler = memory.sampler(spec)) {
                Batch batch = sampler.newBatch();
                int[] next = {32};
                assertThat(Uniformity.verdict(keys.size(), 32, () -> {
                            if (next[0] == 32) {
                                sampler.sample(batch);
                                next[0] = 0;
                            }
                            return Collections.binarySearch(keys, batch.sequence(next[0]++));
                        }))
                        .as("windows=%s seed=3", windows)
                        .isEmpty();
            }
        }
    }

    private static List<String> drawn(ReplayMemory memory, Windows windows) {
        return Elements.windows(memory, Elements.uniform(memory).windows(windows));
    }

    /** One column of every element, by key. */
    private static List<String> column(ReplayMemory memory, SamplerSpec.Builder spec, String name) {
        return Elements.of(memory, spec.columns(name).build(), (batch, row) -> Elements.value(batch, name, row))
                .values()
                .stream()
                .collect(Collectors.toList());
    }
}
