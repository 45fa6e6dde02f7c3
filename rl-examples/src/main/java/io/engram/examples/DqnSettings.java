package io.engram.examples;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What can be chosen about {@link Dqn}.
 *
 * @param preset the name of the set they come from
 * @param hidden units of each hidden layer
 * @param objective what is minimized, and how
 * @param schedule when what happens
 * @param exploration how often an action is random
 */
record DqnSettings(
        String preset, List<Integer> hidden, Objective objective, Schedule schedule, Exploration exploration) {
    private static final Map<String, DqnSettings> PRESETS =
            new TreeMap<>(Map.of("quick", quick(), "cleanrl", cleanRl()));

    DqnSettings {
        hidden = List.copyOf(hidden);
    }

    /** The set of that name; throws {@link UsageException} if there is none. */
    static DqnSettings preset(String name) {
        DqnSettings settings = PRESETS.get(name);
        if (settings == null) {
            throw new UsageException(
                    "there is no preset '" + name + "'; there are " + String.join(", ", PRESETS.keySet()));
        }
        return settings;
    }

    /** Learns CartPole in well under a minute: the schedule of RL Baselines3 Zoo, with Double DQN and a smaller net. */
    static DqnSettings quick() {
        return new DqnSettings(
                "quick",
                List.of(128, 128),
                new Objective(1e-3, 64, 0.99, true, true),
                new Schedule(1_000, 256, 128, 256),
                new Exploration(1, 0.04, 8_000));
    }

    /** The settings of CleanRL's {@code dqn.py}: 500,000 steps, returns of 488.69 ± 16.11 at the end. */
    static DqnSettings cleanRl() {
        return new DqnSettings(
                "cleanrl",
                List.of(120, 84),
                new Objective(2.5e-4, 128, 0.99, false, false),
                new Schedule(10_000, 10, 1, 500),
                new Exploration(1, 0.05, 250_000));
    }

    /** These settings with Double DQN or without. */
    DqnSettings withDoubleDqn(boolean doubleDqn) {
        Objective changed =
                new Objective(objective.learningRate, objective.batchSize, objective.gamma, doubleDqn, objective.huber);
        return new DqnSettings(preset, hidden, changed, schedule, exploration);
    }

    /**
     * What is minimized, and how.
     *
     * @param learningRate of Adam
     * @param batchSize transitions a gradient step
     * @param gamma what a return is discounted by each step
     * @param doubleDqn whether the online network chooses the action that the target network values
     * @param huber the Huber loss with its bend at 1, instead of the squared error
     */
    record Objective(double learningRate, int batchSize, double gamma, boolean doubleDqn, boolean huber) {}

    /**
     * When what happens.
     *
     * @param learningStarts no learning before this step
     * @param trainEvery learning comes every so many steps
     * @param gradientSteps how many gradient steps it takes then
     * @param targetEvery the target network is renewed every so many steps
     */
    record Schedule(long learningStarts, int trainEvery, int gradientSteps, int targetEvery) {}

    /**
     * How often an action is random: a probability that falls on a line, then stays.
     *
     * @param from the probability at the first step
     * @param to the probability at last
     * @param steps how many steps the fall takes
     */
    record Exploration(double from, double to, long steps) {
        /** The probability at a step. */
        double epsilon(long step) {
            return step >= steps ? to : from + (to - from) * ((double) step / (double) steps);
        }
    }
}
