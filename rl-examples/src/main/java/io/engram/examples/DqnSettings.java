package io.engram.examples;

import java.util.List;

/**
 * What can be chosen about {@link Dqn} and {@link PrioritizedDqn}. {@link Presets} has all there are.
 *
 * @param preset the name of the set they come from
 * @param frames how many of the last observations the network sees
 * @param hidden units of each fully connected hidden layer
 * @param replay what is kept and drawn
 * @param objective what is minimized
 * @param schedule when what happens
 */
record DqnSettings(
        String preset, int frames, List<Integer> hidden, Replay replay, Objective objective, Schedule schedule) {
    DqnSettings {
        hidden = List.copyOf(hidden);
    }

    /** These settings with Double DQN or without. */
    DqnSettings withDoubleDqn(boolean doubleDqn) {
        return with(
                replay,
                new Objective(objective.gamma, objective.nStep, doubleDqn, objective.huber, objective.maxGradientNorm));
    }

    /** These settings with returns of so many steps. */
    DqnSettings withNStep(int nStep) {
        return with(
                replay,
                new Objective(objective.gamma, nStep, objective.doubleDqn, objective.huber, objective.maxGradientNorm));
    }

    /** These settings with another kind of memory. */
    DqnSettings withMemory(MemoryKind memory) {
        return with(new Replay(replay.capacity, replay.batchSize, memory, replay.betaSteps), objective);
    }

    private DqnSettings with(Replay changedReplay, Objective changedObjective) {
        return new DqnSettings(preset, frames, hidden, changedReplay, changedObjective, schedule);
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
     * @param nStep how many rewards a return adds up before it bootstraps
     * @param doubleDqn whether the online network chooses the action that the target network values
     * @param huber the Huber loss with its bend at 1, instead of the squared error
     * @param maxGradientNorm longer gradients, all weights taken together, are cut to this length
     */
    record Objective(double gamma, int nStep, boolean doubleDqn, boolean huber, double maxGradientNorm) {
        /** For gradients of any length. */
        static final double UNCLIPPED = Double.POSITIVE_INFINITY;
    }

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
