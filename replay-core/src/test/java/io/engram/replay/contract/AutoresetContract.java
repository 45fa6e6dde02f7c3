package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Columns;
import io.engram.replay.FrameStack;
import io.engram.replay.NStep;
import io.engram.replay.ReplayMemory;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.VectorWriter;
import io.engram.replay.Windows;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Both conventions by which Gymnasium's vector environments go on after an episode's end, with what two lanes must have
 * stored written by hand. Lane 0 is terminated in state 12 and goes on in 20; lane 1 is truncated in 53 and goes on in
 * 60. The reward of each step is its action.
 */
public abstract class AutoresetContract extends MemoryContract {
    private static final String[] TRANSITIONS = {
        "10 1/1>11", "11 2/2>12T", "20 4/4>21", "21 5/5>22", "50 5/5>51", "51 6/6>52", "52 7/7>53C", "60 9/9>61"
    };
    private static final String[] TWO_STEPS = {
        "10 1/3>12T k=2 d=1 final",
        "11 2/2>12T k=1 d=1 final",
        "20 4/9>22 k=2 d=1 bootstrap",
        "21 5/5>22 k=1 d=1 bootstrap",
        "50 5/11>52 k=2 d=1 bootstrap",
        "51 6/13>53C k=2 d=1 bootstrap",
        "52 7/7>53C k=1 d=1 bootstrap",
        "60 9/9>61 k=1 d=1 bootstrap"
    };
    private static final String[] STACKS = {
        "[10 10] 1/1>[10 11]",
        "[10 11] 2/2>[11 12]T",
        "[20 20] 4/4>[20 21]",
        "[20 21] 5/5>[21 22]",
        "[50 50] 5/5>[50 51]",
        "[50 51] 6/6>[51 52]",
        "[51 52] 7/7>[52 53]C",
        "[60 60] 9/9>[60 61]"
    };
    private static final String[] WINDOWS = {
        "10 1>11 11 2>12T", "20 4>21 21 5>22", "50 5>51 51 6>52", "52 7>53C _",
    };

    /** What a vector environment returns of a step, lane by lane. */
    private static void fill(Columns columns, long[] actions, long[] next, String flags) {
        for (int lane = 0; lane < 2; lane++) {
            columns.column("action").longs().put(lane, actions[lane]);
            columns.column("reward").floats().put(lane, (float) actions[lane]);
            columns.column("next/observation").longs().put(lane, next[lane]);
            columns.column(Schema.TERMINATED).bytes().put(lane, (byte) (flags.charAt(lane) == 'T' ? 1 : 0));
            columns.column(Schema.TRUNCATED).bytes().put(lane, (byte) (flags.charAt(lane) == 'C' ? 1 : 0));
        }
    }

    private static void states(Columns columns, long... observations) {
        for (int lane = 0; lane < 2; lane++) {
            columns.column("observation").longs().put(lane, observations[lane]);
        }
    }

    private static void assertStored(ReplayMemory memory) {
        assertThat(Elements.transitions(memory, Elements.uniform(memory))).containsExactlyInAnyOrder(TRANSITIONS);
        assertThat(Elements.transitions(memory, Elements.uniform(memory).nStep(NStep.of(2, 1))))
                .containsExactlyInAnyOrder(TWO_STEPS);
        assertThat(Elements.transitions(memory, Elements.uniform(memory).stack("observation", FrameStack.of(2))))
                .containsExactlyInAnyOrder(STACKS);
        assertThat(Elements.windows(memory, Elements.uniform(memory).windows(Windows.of(2))))
                .containsExactlyInAnyOrder(WINDOWS);
    }

    /** The step after an episode's end ignores its action, earns nothing and returns the first state of the next. */
    @ParameterizedTest
    @EnumSource
    void nextStepAutoresetStoresNoTransitionIntoTheNextEpisode(RowLayout layout) {
        ReplayMemory memory = memory(Schemas.rewarded(layout), 100);
        VectorWriter writer = memory.vectorWriter(List.of("lane-0", "lane-1"));
        Columns columns = writer.newColumns();
        states(columns, 10, 50);
        writer.begin(columns);
        fill(columns, new long[] {1, 5}, new long[] {11, 51}, "--");
        writer.step(columns);
        fill(columns, new long[] {2, 6}, new long[] {12, 52}, "T-");
        writer.step(columns);
        fill(columns, new long[] {3, 7}, new long[] {20, 53}, "-C");
        writer.step(columns, new boolean[] {false, true});
        fill(columns, new long[] {4, 8}, new long[] {21, 60}, "--");
        writer.step(columns, new boolean[] {true, false});
        fill(columns, new long[] {5, 9}, new long[] {22, 61}, "--");
        writer.step(columns);
        assertStored(memory);
    }

    /** The step that ends an episode returns the first state of the next one, and the true last one apart. */
    @ParameterizedTest
    @EnumSource
    void sameStepAutoresetStoresTheTrueLastObservation(RowLayout layout) {
        ReplayMemory memory = memory(Schemas.rewarded(layout), 100);
        VectorWriter writer = memory.vectorWriter(List.of("lane-0", "lane-1"));
        Columns columns = writer.newColumns();
        states(columns, 10, 50);
        writer.begin(columns);
        fill(columns, new long[] {1, 5}, new long[] {11, 51}, "--");
        writer.step(columns);
        // The environment returns 20 and 52, and 12 as the final observation of lane 0.
        fill(columns, new long[] {2, 6}, new long[] {12, 52}, "T-");
        writer.step(columns);
        states(columns, 20, 52);
        writer.begin(columns, new boolean[] {true, false});
        // It returns 21 and 60, and 53 as the final observation of lane 1.
        fill(columns, new long[] {4, 7}, new long[] {21, 53}, "-C");
        writer.step(columns);
        states(columns, 21, 60);
        writer.begin(columns, new boolean[] {false, true});
        fill(columns, new long[] {5, 9}, new long[] {22, 61}, "--");
        writer.step(columns);
        assertStored(memory);
    }

    @ParameterizedTest
    @EnumSource
    void allLanesMayEndAtOnceAndAtTheFirstStep(RowLayout layout) {
        String[] expected = {"10 1/1>11T", "20 3/3>21C", "50 5/5>51C", "60 7/7>61T"};
        ReplayMemory nextStep = memory(Schemas.rewarded(layout), 100);
        VectorWriter writer = nextStep.vectorWriter(List.of("lane-0", "lane-1"));
        Columns columns = writer.newColumns();
        states(columns, 10, 50);
        writer.begin(columns);
        fill(columns, new long[] {1, 5}, new long[] {11, 51}, "TC");
        writer.step(columns);
        fill(columns, new long[] {2, 6}, new long[] {20, 60}, "--");
        writer.step(columns, new boolean[] {false, false});
        fill(columns, new long[] {3, 7}, new long[] {21, 61}, "CT");
        writer.step(columns);
        fill(columns, new long[] {4, 8}, new long[] {30, 70}, "--");
        writer.step(columns, new boolean[] {false, false});
        assertThat(Elements.transitions(nextStep, Elements.uniform(nextStep))).containsExactlyInAnyOrder(expected);

        ReplayMemory sameStep = memory(Schemas.rewarded(layout), 100);
        VectorWriter other = sameStep.vectorWriter(List.of("lane-0", "lane-1"));
        states(columns, 10, 50);
        other.begin(columns);
        fill(columns, new long[] {1, 5}, new long[] {11, 51}, "TC");
        other.step(columns);
        states(columns, 20, 60);
        other.begin(columns);
        fill(columns, new long[] {3, 7}, new long[] {21, 61}, "CT");
        other.step(columns);
        states(columns, 30, 70);
        other.begin(columns);
        assertThat(Elements.transitions(sameStep, Elements.uniform(sameStep))).containsExactlyInAnyOrder(expected);
    }
}
