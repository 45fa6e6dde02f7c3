package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.replay.SplitMix64;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AcrobotTest {
    private static final double FOUR_PI = 12.5663706144;
    private static final double NINE_PI = 28.2743338823;

    private final Acrobot environment = new Acrobot(new SplitMix64(7));

    static List<Trajectory> trajectories() throws IOException {
        return Trajectory.of(Acrobot.NAME);
    }

    @ParameterizedTest
    @MethodSource("trajectories")
    void episodeIsTheReferenceEpisode(Trajectory trajectory) {
        double[] start = trajectory.start();
        trajectory.follow(environment, environment.begin(start[0], start[1], start[2], start[3]));
    }

    @Test
    void everyRuleIsInAReferenceEpisode() throws IOException {
        assertReached(step -> step.terminated() && step.reward() == 0);
        assertReached(step -> step.truncated() && step.reward() == -1);
        assertReached(step -> step.number(4) == FOUR_PI);
        assertReached(step -> step.number(4) == -FOUR_PI);
        assertReached(step -> step.number(5) == NINE_PI);
        assertReached(step -> step.number(5) == -NINE_PI);
    }

    private static void assertReached(Predicate<Trajectory.Step> rule) throws IOException {
        assertThat(trajectories().stream().flatMap(t -> t.steps().stream())).anyMatch(rule);
    }

    @Test
    void anglesStayWithinHalfATurn() throws IOException {
        int[] wraps = new int[4];
        for (Trajectory trajectory : trajectories()) {
            double[] start = trajectory.start();
            environment.begin(start[0], start[1], start[2], start[3]);
            double[] before = environment.state();
            for (Trajectory.Step step : trajectory.steps()) {
                environment.step(step.action());
                double[] after = environment.state();
                for (int joint = 0; joint < 2; joint++) {
                    assertThat(after[joint]).isBetween(-Math.PI, Math.PI);
                    boolean forward = before[2 + joint] > 0 && after[2 + joint] > 0 && after[joint] < before[joint];
                    boolean back = before[2 + joint] < 0 && after[2 + joint] < 0 && after[joint] > before[joint];
                    wraps[2 * joint] += forward ? 1 : 0;
                    wraps[2 * joint + 1] += back ? 1 : 0;
                }
                before = after;
            }
        }
        assertThat(wraps).as("wraps of the joints, forward and back").doesNotContain(0);
    }

    @Test
    void hangingAtRestIsTruncatedAfterFiveHundredSteps() {
        environment.begin(0, 0, 0, 0);
        for (int i = 0; i < Acrobot.MAX_STEPS - 1; i++) {
            assertThat(environment.step(1).endsEpisode()).isFalse();
        }
        // At rest it stays at rest: only time ends this one.
        Environment.Step last = environment.step(1);
        assertThat(last.truncated()).isTrue();
        assertThat(last.terminated()).isFalse();
        assertThatThrownBy(() -> environment.step(1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void episodesBeginUniformlyWithinATenthAsFloats() {
        double[] sums = new double[4];
        double least = 0;
        double greatest = 0;
        int episodes = 10_000;
        for (int i = 0; i < episodes; i++) {
            environment.reset();
            for (int j = 0; j < 4; j++) {
                double value = environment.state()[j];
                assertThat(value).isEqualTo((float) value);
                sums[j] += value;
                least = Math.min(least, value);
                greatest = Math.max(greatest, value);
            }
        }
        assertThat(least).isBetween(-0.1 - 1e-8, -0.0999);
        assertThat(greatest).isBetween(0.0999, 0.1 + 1e-8);
        for (double sum : sums) {
            // Five standard errors of the mean of so many uniform values.
            assertThat(sum / episodes).isCloseTo(0, within(5 * 0.2 / Math.sqrt(12.0 * episodes)));
        }
    }

    @Test
    void unknownActionIsRefused() {
        environment.reset();
        assertThatThrownBy(() -> environment.step(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("action=-1, expected 0 to 2");
    }
}
