package io.engram.examples;

import io.engram.replay.SplitMix64;

/** Q-learning in a table, and how far it is from the truth. */
final class CliffwalkValues {
    private static final double STEP_SIZE = 0.25;
    private static final double INITIAL_DEVIATION = 0.1;

    private final BlindCliffwalk walk;
    private final double[] values;
    private final double[] errors;
    private double squaredErrors;

    /** Values to begin with are normal with mean 0 and standard deviation 0.1. */
    CliffwalkValues(BlindCliffwalk walk, SplitMix64 random) {
        this.walk = walk;
        this.values = new double[walk.states() * BlindCliffwalk.ACTIONS];
        this.errors = new double[values.length];
        for (int state = 0; state < walk.states(); state++) {
            for (int action = 0; action < BlindCliffwalk.ACTIONS; action++) {
                int index = index(state, action);
                values[index] = INITIAL_DEVIATION * gaussian(random);
                errors[index] = values[index] - walk.value(state, action);
                squaredErrors += errors[index] * errors[index];
            }
        }
    }

    /** The mean over all states and actions of the squared difference from the true value. */
    double meanSquaredError() {
        return squaredErrors / values.length;
    }

    /** The TD error of a transition now. */
    double tdError(BlindCliffwalk.Transition step) {
        double next = step.terminated()
                ? 0
                : Math.max(values[index(step.nextState(), 0)], values[index(step.nextState(), 1)]);
        return step.reward() + walk.discount() * next - values[index(step.state(), step.action())];
    }

    /** By how much learning from a transition would lower the sum of squared errors. */
    double improvement(BlindCliffwalk.Transition step) {
        double before = errors[index(step.state(), step.action())];
        double after = before + STEP_SIZE * tdError(step);
        return before * before - after * after;
    }

    /** Learns from a transition and returns the TD error it had. */
    double learn(BlindCliffwalk.Transition step) {
        double tdError = tdError(step);
        squaredErrors -= improvement(step);
        int index = index(step.state(), step.action());
        values[index] += STEP_SIZE * tdError;
        errors[index] += STEP_SIZE * tdError;
        return tdError;
    }

    private static int index(int state, int action) {
        return state * BlindCliffwalk.ACTIONS + action;
    }

    /** Box and Muller's transform; strict, so that it is the same on every JDK. */
    private static double gaussian(SplitMix64 random) {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
    }
}
