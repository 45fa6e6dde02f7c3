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

class MountainCarTest {
    private final MountainCar environment = new MountainCar(new SplitMix64(7));

    static List<Trajectory> trajectories() throws IOException {
        return Trajectory.of(MountainCar.NAME);
    }

    @ParameterizedTest
    @MethodSource("trajectories")
    void episodeIsTheReferenceEpisode(Trajectory trajectory) {
        double[] start = trajectory.start();
        trajectory.follow(environment, environment.begin(start[0], start[1]));
        for (int j = 0; j < 2; j++) {
            double last = trajectory.last().number(j);
            assertThat(environment.state()[j]).isCloseTo(last, within(1e-11));
        }
    }

    @Test
    void everyRuleIsInAReferenceEpisode() throws IOException {
        assertReached(step -> step.terminated() && !step.truncated());
        assertReached(step -> step.truncated() && !step.terminated());
        assertReached(step -> step.truncated() && step.terminated());
        assertReached(step -> step.number(0) == -1.2 && step.number(1) == 0);
        assertReached(step -> step.number(0) == 0.6);
        assertReached(step -> step.number(1) == 0.07);
        assertReached(step -> step.number(1) == -0.07);
        assertReached(step -> step.number(0) >= 0.5 && !step.terminated());
    }

    private static void assertReached(Predicate<Trajectory.Step> rule) throws IOException {
        assertThat(trajectories().stream().flatMap(t -> t.steps().stream())).anyMatch(rule);
    }

    @Test
    void episodesBeginAtRestUniformlyInTheValley() {
        double sum = 0;
        double least = 0;
        double greatest = -1;
        int episodes = 10_000;
        for (int i = 0; i < episodes; i++) {
            float[] values = ((Observation.Floats) environment.reset()).values();
            assertThat(values[1]).isZero();
            sum += values[0];
            least = Math.min(least, values[0]);
            greatest = Math.max(greatest, values[0]);
        }
        assertThat(least).isBetween(-0.6 - 1e-7, -0.5999);
        assertThat(greatest).isBetween(-0.4001, -0.4 + 1e-7);
        // Five standard errors of the mean of so many uniform values.
        assertThat(sum / episodes).isCloseTo(-0.5, within(5 * 0.2 / Math.sqrt(12.0 * episodes)));
    }

    @Test
    void unknownActionAndStepAfterTheEndAreRefused() {
        environment.begin(0.49, 0.03);
        assertThatThrownBy(() -> environment.step(3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("action=3, expected 0 to 2");
        assertThat(environment.step(1).terminated()).isTrue();
        assertThatThrownBy(() -> environment.step(1)).isInstanceOf(IllegalStateException.class);
    }
}
