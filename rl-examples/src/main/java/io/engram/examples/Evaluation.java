package io.engram.examples;

import io.engram.replay.SplitMix64;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
        FrameStack[] seen = new FrameStack[episodes];
        for (int i = 0; i < episodes; i++) {
            seen[i] = new FrameStack(running[i].observationSpec(), network.frames());
            seen[i].begin(running[i].reset());
        }
        int length = seen[0].buffer().capacity();
        ByteBuffer stacks = ByteBuffer.allocateDirect(episodes * length).order(ByteOrder.nativeOrder());
        double[] returns = new double[episodes];
        int[] numbers = new int[episodes];
        Arrays.setAll(numbers, i -> i);
        int left = episodes;
        while (left > 0) {
            for (int i = 0; i < left; i++) {
                seen[i].copyTo(stacks, i * length);
            }
            int[] actions = network.greedyActions(stacks.slice(0, left * length), left);
            int kept = 0;
            for (int i = 0; i < left; i++) {
                Environment.Step step = running[i].step(actions[i]);
                returns[numbers[i]] += step.reward();
                if (!step.endsEpisode()) {
                    running[kept] = running[i];
                    numbers[kept] = numbers[i];
                    FrameStack stack = seen[i];
                    stack.push(step.observation());
                    seen[i] = seen[kept];
                    seen[kept] = stack;
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
