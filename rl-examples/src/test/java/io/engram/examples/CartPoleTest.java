package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.replay.SplitMix64;
import org.junit.jupiter.api.Test;

/**
 * The expected numbers come from Gymnasium's published equations, computed in float64 by a Python program that shares
 * nothing with the code under test. Sine and cosine may differ in the last bit between the two.
 */
class CartPoleTest {
    private final CartPole environment = new CartPole(new SplitMix64(7));

    @Test
    void trajectoryIsTheReferenceTrajectory() {
        int[] actions = {1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1};
        double[][] expected = {
            {0.009600000000000001, 0.17467919574755525, 0.0292, -0.3230687179600081},
            {0.013093583914951107, 0.36937344399176103, 0.02273862564079984, -0.6064020159998607},
            {0.020481052794786327, 0.17394104931769996, 0.010610585320802625, -0.3066446263789625},
            {0.023959873781140326, 0.3689102079328361, 0.004477692793223374, -0.5959624480242942},
            {0.031338077939797045, 0.17372587880180418, -0.00744155616726251, -0.30187245208590807},
            {0.03481259551583313, -0.021289224954454344, -0.013479005208980672, -0.011545693213184105},
            {0.03438681101674404, -0.2162153015051143, -0.013709919073244354, 0.2768541533284244},
            {0.030062504986641755, -0.020900465855356126, -0.008172836006675867, -0.020121156708118426},
            {0.029644495669534632, 0.17433773314819154, -0.008575259140838235, -0.3153714615665116},
            {0.03313125033249846, 0.36958077752646534, -0.014882688372168468, -0.6107463555807918},
            {0.04052286588302777, 0.5649075555436159, -0.027097615483784303, -0.9080794242208967},
            {0.051821016993900085, 0.7603856387147965, -0.04525920396820224, -1.2091546277397982},
        };
        environment.begin(0.01, -0.02, 0.03, -0.04);
        for (int i = 0; i < actions.length; i++) {
            Environment.Step step = environment.step(actions[i]);
            assertThat(environment.state()).as("state after step %d", i).containsExactly(expected[i], within(1e-13));
            for (int j = 0; j < 4; j++) {
                assertThat(values(step.observation())[j])
                        .isEqualTo((float) environment.state()[j]);
            }
            assertThat(step.reward()).isEqualTo(1);
            assertThat(step.endsEpisode()).isFalse();
        }
    }

    @Test
    void fallingPoleTerminatesBeyondTwelveDegrees() {
        environment.begin(0, 0, 0, 0);
        for (int i = 0; i < 8; i++) {
            assertThat(environment.step(1).endsEpisode()).isFalse();
        }
        Environment.Step last = environment.step(1);
        assertThat(last.terminated()).isTrue();
        assertThat(last.truncated()).isFalse();
        assertThat(last.reward()).isEqualTo(1);
        assertThat(environment.state())
                .containsExactly(
                        new double[] {0.14065097203306187, 1.7603811257683097, -0.21518604988500967, -2.777886494012814
                        },
                        within(1e-13));
    }

    @Test
    void onlyBeyondALimitTerminates() {
        double angle = 12 * 2 * Math.PI / 360;
        assertThat(terminatesAt(2.4, 0)).isFalse();
        assertThat(terminatesAt(-2.4, 0)).isFalse();
        assertThat(terminatesAt(Math.nextUp(2.4), 0)).isTrue();
        assertThat(terminatesAt(Math.nextDown(-2.4), 0)).isTrue();
        assertThat(terminatesAt(0, angle)).isFalse();
        assertThat(terminatesAt(0, -angle)).isFalse();
        assertThat(terminatesAt(0, Math.nextUp(angle))).isTrue();
        assertThat(terminatesAt(0, Math.nextDown(-angle))).isTrue();
    }

    /** Without speed, the first Euler step leaves position and angle as they were. */
    private boolean terminatesAt(double position, double angle) {
        environment.begin(position, 0, angle, 0);
        return environment.step(0).terminated();
    }

    @Test
    void balancedPoleIsTruncatedAfterFiveHundredSteps() {
        Environment.Step step = balance(500);
        assertThat(step.truncated()).isTrue();
        assertThat(step.terminated()).isFalse();
        assertThat(environment.state())
                .containsExactly(
                        new double[] {
                            -0.1555978231111509, -0.02227844591611952, -0.005465219198354048, 0.0102802988192639
                        },
                        within(1e-9));
        assertThatThrownBy(() -> environment.step(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void stepBeforeTheLastIsNotTruncated() {
        assertThat(balance(499).endsEpisode()).isFalse();
    }

    /** Moves to the right all the time, upright, and begins where it leaves the track in the last step. */
    @Test
    void bothFlagsAreSetIfTheLastStepTerminates() {
        environment.begin(-1.2, 0.25, 0.001, 0);
        double before = 0;
        for (int i = 0; i < 500; i++) {
            before = environment.state()[0];
            roll();
        }
        double middle = (before + environment.state()[0]) / 2;
        environment.begin(-1.2 + 2.4 - middle, 0.25, 0.001, 0);
        for (int i = 0; i < 499; i++) {
            assertThat(roll().endsEpisode()).as("after step %d", i).isFalse();
        }
        Environment.Step last = roll();
        assertThat(last.terminated()).isTrue();
        assertThat(last.truncated()).isTrue();
    }

    private Environment.Step roll() {
        double[] s = environment.state();
        return environment.step(s[2] + 0.5 * s[3] > 0 ? 1 : 0);
    }

    private Environment.Step balance(int steps) {
        environment.begin(0.01, -0.02, 0.03, -0.04);
        Environment.Step step = null;
        for (int i = 0; i < steps; i++) {
            double[] s = environment.state();
            step = environment.step(s[2] + 0.5 * s[3] + 0.02 * s[0] + 0.05 * s[1] > 0 ? 1 : 0);
        }
        return step;
    }

    @Test
    void episodesBeginUniformlyWithinFiveHundredths() {
        double[] sums = new double[4];
        double[] least = new double[4];
        double[] greatest = new double[4];
        int episodes = 10_000;
        for (int i = 0; i < episodes; i++) {
            float[] observation = values(environment.reset());
            for (int j = 0; j < 4; j++) {
                sums[j] += observation[j];
                least[j] = Math.min(least[j], observation[j]);
                greatest[j] = Math.max(greatest[j], observation[j]);
            }
        }
        for (int j = 0; j < 4; j++) {
            assertThat(least[j]).isBetween(-0.05, -0.0499);
            assertThat(greatest[j]).isBetween(0.0499, 0.05);
            // Five standard errors of the mean of so many uniform values.
            assertThat(sums[j] / episodes).isCloseTo(0, within(5 * 0.1 / Math.sqrt(12.0 * episodes)));
        }
    }

    @Test
    void sameRandomStateBeginsTheSameEpisode() {
        SplitMix64 random = new SplitMix64(3);
        CartPole first = new CartPole(random);
        first.reset();
        SplitMix64 restored = new SplitMix64(0);
        restored.restore(random.state());
        assertThat(values(new CartPole(restored).reset())).containsExactly(values(first.reset()));
    }

    @Test
    void unknownActionIsRefused() {
        environment.reset();
        assertThatThrownBy(() -> environment.step(2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("action=2, expected 0 to 1");
    }

    private static float[] values(Observation observation) {
        return ((Observation.Floats) observation).values();
    }
}
