package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.engram.replay.SplitMix64;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationTest {
    private static final int EPISODES = 20;

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void episodesSideBySideAreThoseOneAfterTheOther(int frames) {
        try (NDManager manager = PyTorch.load().newBaseManager()) {
            QNetwork network =
                    new QNetwork(manager, ObservationSpec.floats(4), frames, List.of(16), 2, new SplitMix64(271));
            double[] returns = new double[EPISODES];
            SplitMix64 seeds = new SplitMix64(21);
            for (int i = 0; i < EPISODES; i++) {
                Environment environment = new CartPole(new SplitMix64(seeds.nextLong()));
                FrameStack seen = new FrameStack(environment.observationSpec(), frames);
                seen.begin(environment.reset());
                Environment.Step step;
                do {
                    step = environment.step(network.greedyAction(seen));
                    seen.push(step.observation());
                    returns[i] += step.reward();
                } while (!step.endsEpisode());
            }
            double mean = Arrays.stream(returns).average().orElseThrow();
            double variance = Arrays.stream(returns)
                    .map(r -> (r - mean) * (r - mean))
                    .average()
                    .orElseThrow();

            Evaluation evaluation = Evaluation.play(network, CartPole.NAME, EPISODES, 21);
            assertThat(evaluation.episodes()).isEqualTo(EPISODES);
            // Balances a little, so that what it sees decides.
            assertThat(mean).isGreaterThan(50);
            assertThat(evaluation.mean()).isCloseTo(mean, within(1e-9));
            assertThat(evaluation.deviation()).isPositive().isCloseTo(Math.sqrt(variance), within(1e-9));
        }
    }
}
