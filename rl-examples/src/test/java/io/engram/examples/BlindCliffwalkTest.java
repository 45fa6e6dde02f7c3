package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.replay.SplitMix64;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlindCliffwalkTest {
    @Test
    void rightActionsAlternateAndOnlyTheLastEarns() {
        BlindCliffwalk walk = new BlindCliffwalk(4);
        assertThat(walk.step(0, 0)).isEqualTo(new BlindCliffwalk.Transition(0, 0, 0, 1, false));
        assertThat(walk.step(1, 1)).isEqualTo(new BlindCliffwalk.Transition(1, 1, 0, 2, false));
        assertThat(walk.step(2, 0)).isEqualTo(new BlindCliffwalk.Transition(2, 0, 0, 3, false));
        assertThat(walk.step(3, 1)).isEqualTo(new BlindCliffwalk.Transition(3, 1, 1, 0, true));
        for (int state = 0; state < 4; state++) {
            assertThat(walk.step(state, 1 - state % 2))
                    .isEqualTo(new BlindCliffwalk.Transition(state, 1 - state % 2, 0, 0, true));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 9})
    void trueValuesSolveTheBellmanEquation(int states) {
        BlindCliffwalk walk = new BlindCliffwalk(states);
        assertThat(walk.discount()).isEqualTo(1 - 1.0 / states);
        for (int state = 0; state < states; state++) {
            for (int action = 0; action < BlindCliffwalk.ACTIONS; action++) {
                BlindCliffwalk.Transition step = walk.step(state, action);
                double next = step.terminated()
                        ? 0
                        : Math.max(walk.value(step.nextState(), 0), walk.value(step.nextState(), 1));
                assertThat(walk.value(state, action)).isCloseTo(step.reward() + walk.discount() * next, within(1e-12));
            }
        }
    }

    @Test
    void everySequenceOfActionsComesOnce() {
        int[] sequences = new BlindCliffwalk(7).shuffledSequences(new SplitMix64(3));
        assertThat(sequences).isNotEqualTo(IntStream.range(0, 128).toArray());
        Arrays.sort(sequences);
        assertThat(sequences).isEqualTo(IntStream.range(0, 128).toArray());
    }

    @Test
    void learningLowersTheErrorByWhatWasForeseen() {
        BlindCliffwalk walk = new BlindCliffwalk(3);
        CliffwalkValues values = new CliffwalkValues(walk, new SplitMix64(5));
        BlindCliffwalk.Transition last = walk.step(2, 0);
        double before = values.meanSquaredError();
        double improvement = values.improvement(last);
        double tdError = values.tdError(last);
        assertThat(improvement).isPositive();
        assertThat(values.learn(last)).isEqualTo(tdError);
        assertThat(values.tdError(last)).isCloseTo(0.75 * tdError, within(1e-12));
        assertThat(values.meanSquaredError()).isCloseTo(before - improvement / 6, within(1e-12));
    }
}
