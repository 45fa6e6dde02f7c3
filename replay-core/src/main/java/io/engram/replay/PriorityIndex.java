package io.engram.replay;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A named set of priorities, one for each transition of a memory. A memory may have any number of them, such as one for
 * each learner. Immutable.
 *
 * <p><b>Proportional</b> (Schaul et al., "Prioritized Experience Replay", 2016, section 3.3): a transition is drawn
 * with a probability proportional to {@code priority^alpha}. What is kept is the <i>mass</i>
 * {@code round(priority^alpha x 2^20)}, at least 1 where the priority is positive and at most 2^35, so that sums are
 * exact: {@code priority^alpha} has a resolution of 2^-20 (about 1e-6) and a range up to 2^15 (32,768). A priority
 * whose mass would be outside is clamped and counted in {@link MemoryStats#clampedPriorities}.
 *
 * <p><b>Rank-based</b> (same paper): proportional to {@code 1 / rank^alpha}, where the largest priority has rank 1;
 * mass {@code round(2^35 / rank^alpha)}. All transitions are ranked anew after every {@code rerankEvery} updates, or
 * after as many updates as there are transitions if that is fewer, within the update that is due; and when a memory is
 * opened. Between rankings an updated or new transition gets the mass of the rank that its priority would have had at
 * the last ranking, and nobody else's rank changes; before the first ranking all have rank 1. Equal priorities are
 * ranked by where they lie in the memory. Priorities are compared as 32-bit floats.
 *
 * @param name 1 to 64 letters, digits, {@code _} or {@code -}
 * @param kind how mass follows from priority
 * @param alpha how much priorities matter, 0 (not at all: uniform) to 10. Fixed for the life of the index
 * @param epsilon added to the absolute value of a TD error, so that none is never drawn again; finite, at least 0
 * @param initial the priority of new transitions
 * @param rerankEvery updated transitions between rankings, at least 1; 0 for as many as the memory's capacity.
 *     Rank-based indexes only, else 0
 * @param windows the windows that have the priorities, as {@link Windows#starts}; null for transitions. Fixed for the
 *     life of the index
 */
public record PriorityIndex(
        String name,
        Kind kind,
        double alpha,
        double epsilon,
        InitialPriority initial,
        long rerankEvery,
        @Nullable Windows windows) {
    /** The name of the index that samplers use unless told otherwise. */
    public static final String DEFAULT_NAME = "default";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final double MAX_ALPHA = 10;

    /** How mass follows from priority. */
    public enum Kind {
        /** By the priority itself. */
        PROPORTIONAL,
        /** By the place in the order of priorities. */
        RANK
    }

    /**
     * Checks every part.
     *
     * @param name the name
     * @param kind how mass follows from priority
     * @param alpha the exponent
     * @param epsilon added to absolute TD errors
     * @param initial the priority of new transitions
     * @param rerankEvery updates between rankings
     * @param windows the windows that have the priorities, or null
     * @throws IllegalArgumentException if a part is out of bounds
     */
    public PriorityIndex {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "priority index name='" + name + "', expected 1 to 64 letters, digits, '_' or '-'");
        }
        if (!(alpha >= 0 && alpha <= MAX_ALPHA)) {
            throw new IllegalArgumentException(
                    "priority index '" + name + "' has alpha=" + alpha + ", expected 0 to " + MAX_ALPHA);
        }
        if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("priority index '" + name + "' has epsilon=" + epsilon
                    + ", expected a finite number of at least 0");
        }
        if (kind == Kind.RANK ? rerankEvery < 0 : rerankEvery != 0) {
            throw new IllegalArgumentException("priority index '" + name + "' has rerankEvery=" + rerankEvery
                    + ", expected at least 0 if rank-based, else 0");
        }
        windows = windows == null ? null : windows.starts();
    }

    /**
     * A proportional index.
     *
     * @param name the index's name
     * @return a builder with alpha 0.6, epsilon 1e-6 and the historical maximum for new transitions
     */
    public static Builder proportional(String name) {
        return new Builder(name, Kind.PROPORTIONAL, 0.6);
    }

    /**
     * A rank-based index.
     *
     * @param name the index's name
     * @return a builder with alpha 0.7, epsilon 1e-6 and the historical maximum for new transitions
     */
    public static Builder rankBased(String name) {
        return new Builder(name, Kind.RANK, 0.7);
    }

    /** Collects options. Not safe for use by several threads. */
    public static final class Builder {
        private final String name;
        private final Kind kind;
        private double alpha;
        private double epsilon = 1e-6;
        private InitialPriority initial = InitialPriority.historicalMaximum();
        private long rerankEvery;
        private @Nullable Windows windows;

        private Builder(String name, Kind kind, double alpha) {
            this.name = name;
            this.kind = kind;
            this.alpha = alpha;
        }

        /**
         * How much priorities matter.
         *
         * @param newAlpha 0 to 10
         * @return this builder
         */
        public Builder alpha(double newAlpha) {
            this.alpha = newAlpha;
            return this;
        }

        /**
         * What is added to the absolute value of a TD error.
         *
         * @param newEpsilon finite, at least 0
         * @return this builder
         */
        public Builder epsilon(double newEpsilon) {
            this.epsilon = newEpsilon;
            return this;
        }

        /**
         * The priority of new transitions.
         *
         * @param policy where it comes from
         * @return this builder
         */
        public Builder initial(InitialPriority policy) {
            this.initial = policy;
            return this;
        }

        /**
         * How often all transitions are ranked anew. For rank-based indexes.
         *
         * @param updates updated transitions, at least 1
         * @return this builder
         */
        public Builder rerankEvery(long updates) {
            this.rerankEvery = updates;
            return this;
        }

        /**
         * Gives priorities to windows instead of transitions. What a writer rates with {@link StreamWriter#prioritize}
         * has no effect on them.
         *
         * @param setting which windows there are; how they are delivered is the sampler's choice
         * @return this builder
         */
        public Builder windows(Windows setting) {
            this.windows = setting;
            return this;
        }

        /**
         * Checks and builds.
         *
         * @return the index's settings
         * @throws IllegalArgumentException if a part is out of bounds
         */
        public PriorityIndex build() {
            return new PriorityIndex(name, kind, alpha, epsilon, initial, rerankEvery, windows);
        }
    }
}
