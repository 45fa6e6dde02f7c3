package io.engram.examples;

import io.engram.replay.SplitMix64;
import java.util.Arrays;

/**
 * Acrobot-v1: two links hang from a fixed joint, with a motor at the joint between them. Turn it by -1 (0), not at all
 * (1) or by +1 (2) so that the free end swings up by a link's length above the fixed joint. Each step before costs 1.
 *
 * <p>Equations, constants and limits are Gymnasium's, with the dynamics of Sutton and Barto's book: state in doubles,
 * observations (cosine and sine of both angles, both angular velocities) rounded to floats, one Runge-Kutta step of
 * fourth order of 0.2 s, angles in ±pi, angular velocities within ±4 pi and ±9 pi, start uniform in ±0.1 and rounded to
 * floats, truncated after 500 steps. Sine and cosine are {@link StrictMath}'s, so that a trajectory is the same on
 * every JDK.
 *
 * <p>Source: Sutton, "Generalization in Reinforcement Learning: Successful Examples Using Sparse Coarse Coding", NIPS
 * 1995; Sutton and Barto, "Reinforcement Learning: An Introduction".
 */
final class Acrobot implements Environment {
    static final String NAME = "Acrobot-v1";
    static final int MAX_STEPS = 500;

    private static final double GRAVITY = 9.8;
    private static final double LINK_LENGTH = 1;
    private static final double LINK_MASS = 1;
    /** Of the centre of mass from the joint. */
    private static final double LINK_CENTRE = 0.5;

    private static final double LINK_INERTIA = 1;
    private static final double MAX_VELOCITY_1 = 4 * Math.PI;
    private static final double MAX_VELOCITY_2 = 9 * Math.PI;
    private static final double SECONDS_A_STEP = 0.2;
    private static final double START_LIMIT = 0.1;

    private final SplitMix64 random;
    /** Angle of the first link from hanging, of the second from the first, and their velocities. */
    private double[] state = new double[4];

    private int steps;
    private boolean inEpisode;

    Acrobot(SplitMix64 random) {
        this.random = random;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public ObservationSpec observationSpec() {
        return ObservationSpec.floats(6);
    }

    @Override
    public int actions() {
        return 3;
    }

    @Override
    public double solvedReturn() {
        return -100;
    }

    @Override
    public Observation reset() {
        return begin(startValue(), startValue(), startValue(), startValue());
    }

    /** Begins an episode in a given state. */
    Observation begin(double angle1, double angle2, double velocity1, double velocity2) {
        state = new double[] {angle1, angle2, velocity1, velocity2};
        steps = 0;
        inEpisode = true;
        return observation();
    }

    @Override
    public Step step(int action) {
        Environment.check(inEpisode, action, actions());
        double[] next = rungeKutta(state, action - 1);
        state = new double[] {
            wrapped(next[0]),
            wrapped(next[1]),
            Math.max(-MAX_VELOCITY_1, Math.min(MAX_VELOCITY_1, next[2])),
            Math.max(-MAX_VELOCITY_2, Math.min(MAX_VELOCITY_2, next[3]))
        };
        steps++;
        boolean terminated = -StrictMath.cos(state[0]) - StrictMath.cos(state[1] + state[0]) > 1;
        boolean truncated = steps >= MAX_STEPS;
        inEpisode = !terminated && !truncated;
        return new Step(observation(), terminated ? 0 : -1, terminated, truncated);
    }

    /** Both angles and both angular velocities before they are rounded. */
    double[] state() {
        return state.clone();
    }

    @Override
    public double[] save() {
        return new double[] {state[0], state[1], state[2], state[3], steps, inEpisode ? 1 : 0};
    }

    @Override
    public void restore(double[] saved) {
        state = Arrays.copyOf(saved, 4);
        steps = (int) saved[4];
        inEpisode = saved[5] == 1;
    }

    private static double[] rungeKutta(double[] state, double torque) {
        double[] slope1 = slope(state, torque);
        double[] slope2 = slope(moved(state, SECONDS_A_STEP / 2, slope1), torque);
        double[] slope3 = slope(moved(state, SECONDS_A_STEP / 2, slope2), torque);
        double[] slope4 = slope(moved(state, SECONDS_A_STEP, slope3), torque);
        double[] sum = new double[4];
        for (int i = 0; i < 4; i++) {
            sum[i] = slope1[i] + 2 * slope2[i] + 2 * slope3[i] + slope4[i];
        }
        return moved(state, SECONDS_A_STEP / 6, sum);
    }

    /** How fast angles and velocities change: the book's equations, with its names of the terms. */
    private static double[] slope(double[] state, double torque) {
        double angle1 = state[0];
        double angle2 = state[1];
        double velocity1 = state[2];
        double velocity2 = state[3];
        double cosine2 = StrictMath.cos(angle2);
        double sine2 = StrictMath.sin(angle2);
        double massArm = LINK_MASS * LINK_CENTRE;
        double ownInertia = massArm * LINK_CENTRE + LINK_INERTIA;
        double coupling = massArm * LINK_LENGTH;
        double d1 = ownInertia + ownInertia + LINK_MASS * LINK_LENGTH * LINK_LENGTH + 2 * coupling * cosine2;
        double d2 = ownInertia + coupling * cosine2;
        double phi2 = massArm * GRAVITY * StrictMath.cos(angle1 + angle2 - Math.PI / 2);
        double phi1 = -coupling * velocity2 * velocity2 * sine2
                - 2 * coupling * velocity2 * velocity1 * sine2
                + (massArm + LINK_MASS * LINK_LENGTH) * GRAVITY * StrictMath.cos(angle1 - Math.PI / 2)
                + phi2;
        double acceleration2 = (torque + d2 / d1 * phi1 - coupling * velocity1 * velocity1 * sine2 - phi2)
                / (ownInertia - d2 * d2 / d1);
        double acceleration1 = -(d2 * acceleration2 + phi1) / d1;
        return new double[] {velocity1, velocity2, acceleration1, acceleration2};
    }

    private static double[] moved(double[] state, double seconds, double[] slope) {
        double[] moved = new double[4];
        for (int i = 0; i < 4; i++) {
            moved[i] = state[i] + seconds * slope[i];
        }
        return moved;
    }

    /** The same angle in ±pi. */
    private static double wrapped(double angle) {
        double wrapped = angle;
        while (wrapped > Math.PI) {
            wrapped -= 2 * Math.PI;
        }
        while (wrapped < -Math.PI) {
            wrapped += 2 * Math.PI;
        }
        return wrapped;
    }

    private Observation observation() {
        return new Observation.Floats(
                (float) StrictMath.cos(state[0]),
                (float) StrictMath.sin(state[0]),
                (float) StrictMath.cos(state[1]),
                (float) StrictMath.sin(state[1]),
                (float) state[2],
                (float) state[3]);
    }

    private double startValue() {
        return (float) (-START_LIMIT + 2 * START_LIMIT * random.nextDouble());
    }
}
