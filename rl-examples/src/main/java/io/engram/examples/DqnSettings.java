package io.engram.examples;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What can be chosen about {@link Dqn} and {@link PrioritizedDqn}.
 *
 * @param preset the name of the set they come from
 * @param hidden units of each hidden layer
 * @param replay what is kept and drawn
 * @param objective what is minimized
 * @param schedule when what happens
 */
record DqnSettings(String preset, List<Integer> hidden, Replay replay, Objective objective, Schedule schedule) {
    private static final Map<String, DqnSettings> PRESETS =
            new TreeMap<>(Map.of("quick", quick(), "zoo", zoo(), "cleanrl", cleanRl()));

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

    /**
     * Solves CartPole. The squared error is what makes it steady: values grow to 100, a fall is
     * rare and its error large, and the Huber loss would count it no more than any other. The falling learning rate
     * keeps what is learned once the memory forgets the early falls.
     */
    static DqnSettings quick() {
        return new DqnSettings(
                "quick",
                List.of(128, 128),
                new Replay(100_000, 128, MemoryKind.UNIFORM, 100_000),
                new Objective(0.99, true, false),
                new Schedule(1_000, 4, 1, 256, new Line(1, 0.01, 8_000), new Line(1e-3, 1e-4, 100_000)));
    }

    /**
     * The schedule of RL Baselines3 Zoo with Double DQN, a smaller network and a lower learning rate. Plays well early,
     * but not for long; the best network is kept.
     */
    static DqnSettings zoo() {
        return new DqnSettings(
                "zoo",
                List.of(128, 128),
                new Replay(100_000, 64, MemoryKind.UNIFORM, 50_000),
                new Objective(0.99, true, true),
                new Schedule(1_000, 256, 128, 256, new Line(1, 0.04, 8_000), new Line(1e-3, 1e-3, 1)));
    }

    /** The settings of CleanRL's {@code dqn.py}, whose authors report returns of 488.69 ± 16.11 after 500,000 steps. */
    static DqnSettings cleanRl() {
        return new DqnSettings(
                "cleanrl",
                List.of(120, 84),
                new Replay(10_000, 128, MemoryKind.UNIFORM, 500_000),
                new Objective(0.99, false, false),
                new Schedule(10_000, 10, 1, 500, new Line(1, 0.05, 250_000), new Line(2.5e-4, 2.5e-4, 1)));
    }

    /** These settings with Double DQN or without. */
    DqnSettings withDoubleDqn(boolean doubleDqn) {
        Objective changed = new Objective(objective.gamma, doubleDqn, objective.huber);
        return new DqnSettings(preset, hidden, replay, changed, schedule);
    }

    /** These settings with another kind of memory. */
    DqnSettings withMemory(MemoryKind memory) {
        Replay changed = new Replay(replay.capacity, replay.batchSize, memory, replay.betaSteps);
        return new DqnSettings(preset, hidden, changed, objective, schedule);
    }

    /**
     * What is kept and drawn.
     *
     * @param capacity rows the memory keeps unless the command line says otherwise
     * @param batchSize transitions a gradient step
     * @param memory how transitions are drawn
     * @param betaSteps the step from which on importance weights correct in full: about the length of a run. Without
     *     meaning if the memory is uniform
     */
    record Replay(long capacity, int batchSize, MemoryKind memory, long betaSteps) {}

    /**
     * What is minimized.
     *
     * @param gamma what a return is discounted by each step
     * @param doubleDqn whether the online network chooses the action that the target network values
     * @param huber the Huber loss with its bend at 1, instead of the squared error
     */
    record Objective(double gamma, boolean doubleDqn, boolean huber) {}

    /**
     * When what happens.
     *
     * @param learningStarts no learning before this step
     * @param trainEvery learning comes every so many steps
     * @param gradientSteps how many gradient steps it takes then
     * @param targetEvery the target network is renewed every so many steps
     * @param epsilon the probability of a random action
     * @param learningRate of Adam
     */
    record Schedule(
            long learningStarts, int trainEvery, int gradientSteps, int targetEvery, Line epsilon, Line learningRate) {
        /** How many gradient steps are taken up to a step, it included. */
        long batches(long step) {
            return step < learningStarts ? 0 : (step / trainEvery - (learningStarts - 1) / trainEvery) * gradientSteps;
        }
    }

    /**
     * A value that changes evenly for a while, then stays.
     *
     * @param from the value at step 0
     * @param to the value at last
     * @param steps how many steps the change takes, at least 1
     */
    record Line(double from, double to, long steps) {
        /** The value at a step. */
        double at(long step) {
            return step >= steps ? to : from + (to - from) * ((double) step / (double) steps);
        }
    }
}
