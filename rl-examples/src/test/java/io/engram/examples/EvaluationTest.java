package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import io.engram.replay.SplitMix64;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluationTest {
    private static final int EPISODES = 20;

    @Test
    void episodesSideBySideAreThoseOneAfterTheOther() {
        try (NDManager manager = PyTorch.load().newBaseManager()) {
            QNetwork network = new QNetwork(manager, 4, List.of(16), 2, new SplitMix64(8));
            double[] returns = new double[EPISODES];
            SplitMix64 seeds = new SplitMix64(21);
            for (int i = 0; i < EPISODES; i++) {
                Environment environment = new CartPole(new SplitMix64(seeds.nextLong()));
                float[] observation = environment.reset();
                Environment.Step step;
                do {
                    step = environment.step(network.greedyAction(observation));
                    observation = step.observation();
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
            assertThat(evaluation.mean()).isCloseTo(mean, within(1e-9));
            assertThat(evaluation.deviation()).isPositive().isCloseTo(Math.sqrt(variance), within(1e-9));
        }
    }
}
