package io.engram.replay;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sampler draws, and how. Immutable.
 *
 * @param name the sampler's name, 1 to 100 characters
 * @param batchSize transitions a batch, at least 1
 * @param seed of the random generator; equal seeds on equal memories give equal batches
 * @param columns the columns to fill, in order; empty for all of the schema
 * @param minSize how many rows the memory must hold before anything is drawn, at least 1
 * @param patience how long {@link Sampler#sample} waits for {@code minSize}; zero for not at all
 * @param prioritization how to draw by priority; null to draw uniformly
 */
public record SamplerSpec(
        String name,
        int batchSize,
        long seed,
        List<String> columns,
        long minSize,
        Duration patience,
        @Nullable Prioritization prioritization) {
    /**
     * Checks every part.
     *
     * @param name the sampler's name
     * @param batchSize transitions a batch
     * @param seed of the random generator
     * @param columns the columns to fill, copied
     * @param minSize rows needed before anything is drawn
     * @param patience how long to wait for them
     * @param prioritization how to draw by priority, or null
     * @throws IllegalArgumentException if a part is out of bounds
     */
    public SamplerSpec {
        if (name.isEmpty() || name.length() > 100) {
            throw new IllegalArgumentException("name='" + name + "', expected 1 to 100 characters");
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize=" + batchSize + ", expected at least 1");
        }
        if (minSize < 1) {
            throw new IllegalArgumentException("minSize=" + minSize + ", expected at least 1");
        }
        if (patience.isNegative()) {
            throw new IllegalArgumentException("patience=" + patience + ", expected zero or more");
        }
        columns = List.copyOf(columns);
    }

    /**
     * Checks this spec against the memory that is to be sampled.
     *
     * @param schema the memory's schema
     * @param capacity the memory's capacity
     * @param indexes the names of the memory's priority indexes
     * @return this spec, its columns spelled out
     * @throws SchemaException if a column is unknown or repeated
     * @throws IllegalArgumentException if {@code minSize} exceeds the capacity, so that nothing could ever be drawn,
     *     or if the memory has no such priority index
     */
    public SamplerSpec forMemory(Schema schema, long capacity, Collection<String> indexes) {
        if (minSize > capacity) {
            throw new IllegalArgumentException("sampler name='" + name + "' has minSize=" + minSize
                    + ", expected at most the memory's capacity=" + capacity);
        }
        if (prioritization != null && !indexes.contains(prioritization.index())) {
            throw new IllegalArgumentException("sampler name='" + name + "' draws by priority index='"
                    + prioritization.index() + "', which the memory does not have: indexes=" + indexes
                    + "; add it when the memory is opened");
        }
        List<String> names = columns.isEmpty() ? Columns.names(schema) : columns;
        Columns.checkNames(schema, names);
        return new SamplerSpec(name, batchSize, seed, names, minSize, patience, prioritization);
    }

    /**
     * Uniform sampling with replacement.
     *
     * @param name the sampler's name
     * @param batchSize transitions a batch
     * @return a builder with seed 0, all columns, minSize 1 and no patience
     */
    public static Builder uniform(String name, int batchSize) {
        return new Builder(name, batchSize, false);
    }

    /**
     * Sampling by priority, with replacement.
     *
     * @param name the sampler's name
     * @param batchSize transitions a batch
     * @return a builder with seed 0, all columns, minSize 1, no patience, the index named {@code default}, stratified
     *     draws, beta 0.4 and weights divided by the largest of the batch
     */
    public static Builder prioritized(String name, int batchSize) {
        return new Builder(name, batchSize, true);
    }

    /** Collects options. Not safe for use by several threads. */
    public static final class Builder {
        private final String name;
        private final int batchSize;
        private long seed;
        private List<String> columns = List.of();
        private long minSize = 1;
        private Duration patience = Duration.ZERO;
        private final boolean prioritized;
        private String index = PriorityIndex.DEFAULT_NAME;
        private Prioritization.Draw draw = Prioritization.Draw.STRATIFIED;
        private BetaSchedule beta = BetaSchedule.constant(0.4);
        private Prioritization.Normalization normalization = Prioritization.Normalization.BATCH_MAXIMUM;

        private Builder(String name, int batchSize, boolean prioritized) {
            this.name = name;
            this.batchSize = batchSize;
            this.prioritized = prioritized;
        }

        /**
         * The seed of the random generator.
         *
         * @param newSeed any value
         * @return this builder
         */
        public Builder seed(long newSeed) {
            this.seed = newSeed;
            return this;
        }

        /**
         * Fills only some columns.
         *
         * @param names such as {@code observation}, {@code next/observation}, {@code terminated}
         * @return this builder
         */
        public Builder columns(String... names) {
            this.columns = List.of(names);
            return this;
        }

        /**
         * Draws nothing before the memory holds so many rows.
         *
         * @param rows at least 1
         * @return this builder
         */
        public Builder minSize(long rows) {
            this.minSize = rows;
            return this;
        }

        /**
         * Waits so long for {@code minSize} before failing.
         *
         * @param time zero or more
         * @return this builder
         */
        public Builder patience(Duration time) {
            this.patience = time;
            return this;
        }

        /**
         * The priorities to draw by.
         *
         * @param indexName of one of the memory's indexes
         * @return this builder
         * @throws IllegalStateException if this is a uniform sampler's builder
         */
        public Builder index(String indexName) {
            requirePrioritized("index");
            this.index = indexName;
            return this;
        }

        /**
         * How the places of a batch share the draw.
         *
         * @param newDraw stratified or independent
         * @return this builder
         * @throws IllegalStateException if this is a uniform sampler's builder
         */
        public Builder draw(Prioritization.Draw newDraw) {
            requirePrioritized("draw");
            this.draw = newDraw;
            return this;
        }

        /**
         * How much importance weights correct.
         *
         * @param schedule by batches filled
         * @return this builder
         * @throws IllegalStateException if this is a uniform sampler's builder
         */
        public Builder beta(BetaSchedule schedule) {
            requirePrioritized("beta");
            this.beta = schedule;
            return this;
        }

        /**
         * What importance weights are divided by.
         *
         * @param divisor the batch's maximum, a bound on the buffer's, or nothing
         * @return this builder
         * @throws IllegalStateException if this is a uniform sampler's builder
         */
        public Builder normalization(Prioritization.Normalization divisor) {
            requirePrioritized("normalization");
            this.normalization = divisor;
            return this;
        }

        /**
         * Checks and builds.
         *
         * @return the spec
         * @throws IllegalArgumentException if a part is out of bounds
         */
        public SamplerSpec build() {
            return new SamplerSpec(name, batchSize, seed, columns, minSize, patience, prioritization());
        }

        private @Nullable Prioritization prioritization() {
            return prioritized ? new Prioritization(index, draw, beta, normalization) : null;
        }

        private void requirePrioritized(String option) {
            if (!prioritized) {
                throw new IllegalStateException("sampler name='" + name + "' is uniform and has no " + option
                        + "; begin with SamplerSpec.prioritized");
            }
        }
    }
}
