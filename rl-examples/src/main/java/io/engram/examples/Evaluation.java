package io.engram.examples;

import io.engram.replay.SplitMix64;
import java.util.Arrays;

/**
 * How well a network plays when it never acts at random.
 *
 * @param episodes how many were played
 * @param mean of their returns
 * @param deviation the standard deviation of their returns
 */
record Evaluation(int episodes, double mean, double deviation) {
    /** Plays episodes side by side, a forward pass for all that are not over, each with a start of its own. */
    static Evaluation play(QNetwork network, String environmentName, int episodes, long seed) {
        SplitMix64 seeds = new SplitMix64(seed);
        Environment[] running = new Environment[episodes];
        for (int i = 0; i < episodes; i++) {
            running[i] = Environments.make(environmentName, new SplitMix64(seeds.nextLong()));
        }
        int size = running[0].observationSize();
        float[] observations = new float[episodes * size];
        for (int i = 0; i < episodes; i++) {
            System.arraycopy(running[i].reset(), 0, observations, i * size, size);
        }
        double[] returns = new double[episodes];
        int[] numbers = new int[episodes];
        Arrays.setAll(numbers, i -> i);
        int left = episodes;
        while (left > 0) {
            int[] actions = network.greedyActions(Arrays.copyOf(observations, left * size), left);
            int kept = 0;
            for (int i = 0; i < left; i++) {
                Environment.Step step = running[i].step(actions[i]);
                returns[numbers[i]] += step.reward();
                if (!step.endsEpisode()) {
                    running[kept] = running[i];
                    numbers[kept] = numbers[i];
                    System.arraycopy(step.observation(), 0, observations, kept * size, size);
                    kept++;
                }
            }
            left = kept;
        }
        double mean = Arrays.stream(returns).average().orElseThrow();
        double variance = Arrays.stream(returns)
                .map(r -> (r - mean) * (r - mean))
                .average()
                .orElseThrow();
        return new Evaluation(episodes, mean, Math.sqrt(variance));
    }
}
