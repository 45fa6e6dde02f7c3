package io.engram.examples;

import io.engram.replay.SplitMix64;

/**
 * CartPole-v1: push a cart left (0) or right (1) so that the pole on it stays up. Each step earns 1.
 *
 * <p>Equations, constants and limits are Gymnasium's, in its order of operations: state in doubles, observations
 * rounded to floats, Euler steps of 0.02 s, start uniform in ±0.05, terminated beyond ±2.4 or ±12 degrees, truncated
 * after 500 steps. Sine and cosine are {@link StrictMath}'s, so that a trajectory is the same on every JDK.
 *
 * <p>Source: Barto, Sutton and Anderson, "Neuronlike Adaptive Elements That Can Solve Difficult Learning Control
 * Problems", IEEE Transactions on Systems, Man, and Cybernetics 13(5), 1983.
 */
final class CartPole implements Environment {
    static final String NAME = "CartPole-v1";
    static final int MAX_STEPS = 500;
    static final double POSITION_LIMIT = 2.4;
    static final double ANGLE_LIMIT = 12 * 2 * Math.PI / 360;

    private static final double GRAVITY = 9.8;
    private static final double POLE_MASS = 0.1;
    private static final double TOTAL_MASS = POLE_MASS + 1.0;
    private static final double HALF_LENGTH = 0.5;
    private static final double POLE_MASS_LENGTH = POLE_MASS * HALF_LENGTH;
    private static final double FORCE = 10.0;
    private static final double SECONDS_A_STEP = 0.02;
    private static final double START_LIMIT = 0.05;

    private final SplitMix64 random;
    private double position;
    private double velocity;
    private double angle;
    private double angularVelocity;
    private int steps;
    private boolean inEpisode;

    CartPole(SplitMix64 random) {
        this.random = random;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ObservationSpec observationSpec() {
        return ObservationSpec.floats(4);
    }

    @Override
    public int actions() {
        return 2;
    }

    @Override
    public double solvedReturn() {
        return 475;
    }

    @Override
    public Observation reset() {
        return begin(startValue(), startValue(), startValue(), startValue());
    }

    /** Begins an episode in a given state. */
    Observation begin(double newPosition, double newVelocity, double newAngle, double newAngularVelocity) {
        position = newPosition;
        velocity = newVelocity;
        angle = newAngle;
        angularVelocity = newAngularVelocity;
        steps = 0;
        inEpisode = true;
        return observation();
    }

    @Override
    public Step step(int action) {
        Environment.check(inEpisode, action, actions());
        double force = action == 1 ? FORCE : -FORCE;
        double cosine = StrictMath.cos(angle);
        double sine = StrictMath.sin(angle);
        double push = (force + POLE_MASS_LENGTH * (angularVelocity * angularVelocity) * sine) / TOTAL_MASS;
        double angularAcceleration = (GRAVITY * sine - cosine * push)
                / (HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * (cosine * cosine) / TOTAL_MASS));
        double acceleration = push - POLE_MASS_LENGTH * angularAcceleration * cosine / TOTAL_MASS;
        position += SECONDS_A_STEP * velocity;
        velocity += SECONDS_A_STEP * acceleration;
        angle += SECONDS_A_STEP * angularVelocity;
        angularVelocity += SECONDS_A_STEP * angularAcceleration;
        steps++;
        boolean terminated =
                position < -POSITION_LIMIT || position > POSITION_LIMIT || angle < -ANGLE_LIMIT || angle > ANGLE_LIMIT;
        boolean truncated = steps >= MAX_STEPS;
        inEpisode = !terminated && !truncated;
        return new Step(observation(), 1, terminated, truncated);
    }

    /** Position, velocity, angle and angular velocity before they are rounded. */
    double[] state() {
        return new double[] {position, velocity, angle, angularVelocity};
    }

    @Override
    public double[] save() {
        return new double[] {position, velocity, angle, angularVelocity, steps, inEpisode ? 1 : 0};
    }

    @Override
    public void restore(double[] saved) {
        position = saved[0];
        velocity = saved[1];
        angle = saved[2];
        angularVelocity = saved[3];
        steps = (int) saved[4];
        inEpisode = saved[5] == 1;
    }

    private Observation observation() {
        return new Observation.Floats((float) position, (float) velocity, (float) angle, (float) angularVelocity);
    }

    private double startValue() {
        return -START_LIMIT + 2 * START_LIMIT * random.nextDouble();
    }
}
