package io.engram.replay;

/**
 * The priority of a transition that nobody has rated yet. Values are priorities before alpha. Immutable.
 *
 * <p>The maximum starts at 1 and is kept across restarts. A writer may give a priority of its own instead
 * ({@link StreamWriter#prioritize}), as the actors of Ape-X do (Horgan et al., "Distributed Prioritized Experience
 * Replay", 2018, section 3).
 *
 * @param policy where the value comes from
 * @param value the fixed priority; 0 for the other policies
 * @param window how many updates {@link Policy#RECENT_MAXIMUM} looks back at least; 0 for the other policies
 */
public record InitialPriority(Policy policy, double value, long window) {
    /** Where the priority of a new transition comes from. */
    public enum Policy {
        /** The largest priority that was ever set, as in Schaul et al. 2016, algorithm 1, line 6. */
        HISTORICAL_MAXIMUM,
        /** The largest of the last updates, so that one outlier is forgotten in the end. */
        RECENT_MAXIMUM,
        /** Always the same. */
        FIXED
    }

    /**
     * Checks the parts.
     *
     * @param policy where the value comes from
     * @param value the fixed priority
     * @param window updates to look back
     * @throws IllegalArgumentException if a part is out of bounds
     */
    public InitialPriority {
        boolean fixed = policy == Policy.FIXED;
        if (fixed ? !(value >= 0 && value < Double.POSITIVE_INFINITY) : value != 0) {
            throw new IllegalArgumentException("initial priority value=" + value + " for policy=" + policy
                    + ", expected a finite number of at least 0 for FIXED, else 0");
        }
        if (policy == Policy.RECENT_MAXIMUM ? window < 1 : window != 0) {
            throw new IllegalArgumentException("initial priority window=" + window + " for policy=" + policy
                    + ", expected at least 1 for RECENT_MAXIMUM, else 0");
        }
    }

    /**
     * The largest priority that was ever set in this index, or 1 if none was larger.
     *
     * @return the policy that indexes have unless told otherwise
     */
    public static InitialPriority historicalMaximum() {
        return new InitialPriority(Policy.HISTORICAL_MAXIMUM, 0, 0);
    }

    /**
     * The largest priority set by the last updates; 1 before the first and if all were 0.
     *
     * @param updates how many updated transitions are looked back at least, at least 1; twice as many at most, because
     *     two runs of that length are remembered
     * @return the policy
     */
    public static InitialPriority recentMaximum(long updates) {
        return new InitialPriority(Policy.RECENT_MAXIMUM, 0, updates);
    }

    /**
     * Always the same priority.
     *
     * @param priority finite, at least 0; with 0 a transition is not drawn before it is updated
     * @return the policy
     */
    public static InitialPriority fixed(double priority) {
        return new InitialPriority(Policy.FIXED, priority, 0);
    }
}
