package io.engram.replay;

import org.jspecify.annotations.Nullable;

/**
 * Transitions over n steps, made when a batch is sampled (Sutton 1988; Hessel et al., "Rainbow", 2018, section
 * "Multi-step learning"). Immutable.
 *
 * <p>For a transition that starts at time t the batch has the state and action of t, the state at t + k, the flags of
 * the last of the k steps, and as its reward
 *
 * <pre>
 *   r(t) + g d(t) r(t+1) + g^2 d(t) d(t+1) r(t+2) + ... + g^(k-1) d(t) ... d(t+k-2) r(t+k-1)
 * </pre>
 *
 * <p>where g is gamma and d the STEP field {@link Field#DISCOUNT}, 1 if the schema has none. The value of the state at
 * t + k is to be added times {@code n_step/discount} = g^k d(t) ... d(t+k-1), unless {@code n_step/bootstrap} is 0.
 * {@code n_step/steps} is k: n, or fewer where the episode ends before; never a step of another episode.
 * An episode that was abandoned ends like one that was truncated, without the flag.
 *
 * @param n the most steps, 1 to {@value #MAX_STEPS}
 * @param gamma the discount of one step, 0 to 1
 * @param head what to do where an episode that is still open has not gone on for n steps yet
 * @param reward the STEP field that is summed: a scalar, F32 or F64
 */
public record NStep(int n, double gamma, Head head, String reward) {
    /** The most steps of a transition. */
    public static final int MAX_STEPS = 1 << 16;
    /** The prefix of the columns that tell what a transition bridges. */
    public static final String PREFIX = "n_step/";
    /** The column of k, the number of steps: I32. */
    public static final String STEPS = PREFIX + "steps";
    /** The column of the discount that the bootstrapped value is to be multiplied by: F32. */
    public static final String DISCOUNT = PREFIX + "discount";
    /** The column that says whether to bootstrap, which is unless terminated: BOOL. */
    public static final String BOOTSTRAP = PREFIX + "bootstrap";

    /** What to do at the newest state of an open episode. */
    public enum Head {
        /** Take the steps that there are and bootstrap from the newest state. */
        SHORTEN,
        /** Do not sample the transition until n steps are there or the episode has ended. */
        WAIT
    }

    /**
     * Checks every part.
     *
     * @param n the most steps
     * @param gamma the discount of one step
     * @param head what to do at the newest state
     * @param reward the field that is summed
     * @throws IllegalArgumentException if a part is out of bounds
     */
    public NStep {
        if (n < 1 || n > MAX_STEPS) {
            throw new IllegalArgumentException("n=" + n + " steps, expected 1 to " + MAX_STEPS);
        }
        if (!(gamma >= 0 && gamma <= 1)) {
            throw new IllegalArgumentException("gamma=" + gamma + ", expected 0 to 1");
        }
    }

    /**
     * Sums {@link Field#REWARD}, shortened at the head.
     *
     * @param n the most steps
     * @param gamma the discount of one step
     * @return the setting
     * @throws IllegalArgumentException if a part is out of bounds
     */
    public static NStep of(int n, double gamma) {
        return new NStep(n, gamma, Head.SHORTEN, Field.REWARD);
    }

    /**
     * The same with another number of steps.
     *
     * @param steps the most steps
     * @param newGamma the discount of one step
     * @return the setting
     * @throws IllegalArgumentException if a part is out of bounds
     */
    public NStep withSteps(int steps, double newGamma) {
        return new NStep(steps, newGamma, head, reward);
    }

    /**
     * The same with another rule at the head.
     *
     * @param newHead shorten or wait
     * @return the setting
     */
    public NStep withHead(Head newHead) {
        return new NStep(n, gamma, newHead, reward);
    }

    /**
     * The same for another reward.
     *
     * @param field a STEP field, scalar, F32 or F64
     * @return the setting
     */
    public NStep withReward(String field) {
        return new NStep(n, gamma, head, field);
    }

    /** Throws unless the schema has the reward, and a discount only as a scalar. */
    void requireFields(Schema schema) {
        requireScalar(schema, schema.field(reward));
        Field discount = discountField(schema);
        if (discount != null) {
            requireScalar(schema, discount);
        }
    }

    /**
     * The field of discounts.
     *
     * @param schema of the memory
     * @return the field, or null if there is none
     */
    public static @Nullable Field discountField(Schema schema) {
        return schema.contains(Field.DISCOUNT) && schema.field(Field.DISCOUNT).role() == Role.STEP
                ? schema.field(Field.DISCOUNT)
                : null;
    }

    private static void requireScalar(Schema schema, Field field) {
        boolean real = field.dtype() == DType.F32 || field.dtype() == DType.F64;
        if (!real || field.elements() != 1 || field.role() != Role.STEP) {
            throw new SchemaException("n-step transitions need field '" + field.name()
                    + "' to be a STEP field of one f32 or f64; it is '" + schema.field(field.name()) + "'");
        }
    }
}
