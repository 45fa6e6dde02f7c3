package io.engram.examples;

import io.engram.replay.SplitMix64;

/**
 * MountainCar-v0: a car in a valley, too weak to drive up the right slope at once. Push it left (0), not at all (1) or
 * right (2); each step costs 1 until it is at the goal.
 *
 * <p>Equations, constants and limits are Gymnasium's, in its order of operations: state in doubles, observations
 * rounded to floats, start uniform in [-0.6, -0.4] at rest, speed at most 0.07, a wall at -1.2 that stops the car,
 * terminated from 0.5 on unless it rolls back, truncated after 200 steps. The cosine is {@link StrictMath}'s, so that a
 * trajectory is the same on every JDK.
 *
 * <p>Source: Moore, "Efficient Memory-based Learning for Robot Control", PhD thesis, University of Cambridge, 1990.
 */
final class MountainCar implements Environment {
    static final String NAME = "MountainCar-v0";
    static final int MAX_STEPS = 200;

    private static final double LEFT_END = -1.2;
    private static final double RIGHT_END = 0.6;
    private static final double GOAL = 0.5;
    private static final double MAX_SPEED = 0.07;
    private static final double FORCE = 0.001;
    private static final double GRAVITY = 0.0025;
    private static final double LEFTMOST_START = -0.6;
    private static final double RIGHTMOST_START = -0.4;

    private final SplitMix64 random;
    private double position;
    private double velocity;
    private int steps;
    private boolean inEpisode;

    MountainCar(SplitMix64 random) {
        this.random = random;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ObservationSpec observationSpec() {
        return ObservationSpec.floats(2);
    }

    @Override
    public int actions() {
        return 3;
    }

    @Override
    public double solvedReturn() {
        return -110;
    }

    @Override
    public Observation reset() {
        return begin(LEFTMOST_START + (RIGHTMOST_START - LEFTMOST_START) * random.nextDouble(), 0);
    }

    /** Begins an episode in a given state. */
    Observation begin(double newPosition, double newVelocity) {
        position = newPosition;
        velocity = newVelocity;
        steps = 0;
        inEpisode = true;
        return observation();
    }

    @Override
    public Step step(int action) {
        Environment.check(inEpisode, action, actions());
        velocity += (action - 1) * FORCE + StrictMath.cos(3 * position) * -GRAVITY;
        velocity = Math.max(-MAX_SPEED, Math.min(MAX_SPEED, velocity));
        position += velocity;
        position = Math.max(LEFT_END, Math.min(RIGHT_END, position));
        if (position == LEFT_END && velocity < 0) {
            velocity = 0;
        }
        steps++;
        boolean terminated = position >= GOAL && velocity >= 0;
        boolean truncated = steps >= MAX_STEPS;
        inEpisode = !terminated && !truncated;
        return new Step(observation(), -1, terminated, truncated);
    }

    /** Position and velocity before they are rounded. */
    double[] state() {
        return new double[] {position, velocity};
    }

    @Override
    public double[] save() {
        return new double[] {position, velocity, steps, inEpisode ? 1 : 0};
    }

    @Override
    public void restore(double[] saved) {
        position = saved[0];
        velocity = saved[1];
        steps = (int) saved[2];
        inEpisode = saved[3] == 1;
    }

    private Observation observation() {
        return new Observation.Floats((float) position, (float) velocity);
    }
}
