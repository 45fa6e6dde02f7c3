package io.engram.replay;

import java.time.Duration;
import java.util.List;

/**
 * What a sampler draws, and how. Immutable.
 *
 * @param name the sampler's name, 1 to 100 characters
 * @param batchSize transitions a batch, at least 1
 * @param seed of the random generator; equal seeds on equal memories give equal batches
 * @param columns the columns to fill, in order; empty for all of the schema
 * @param minSize how many rows the memory must hold before anything is drawn, at least 1
 * @param patience how long {@link Sampler#sample} waits for {@code minSize}; zero for not at all
 */
public record SamplerSpec(
        String name, int batchSize, long seed, List<String> columns, long minSize, Duration patience) {
    /**
     * Checks every part.
     *
     * @param name the sampler's name
     * @param batchSize transitions a batch
     * @param seed of the random generator
     * @param columns the columns to fill, copied
     * @param minSize rows needed before anything is drawn
     * @param patience how long to wait for them
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
     * @return this spec, its columns spelled out
     * @throws SchemaException if a column is unknown or repeated
     * @throws IllegalArgumentException if {@code minSize} exceeds the capacity, so that nothing could ever be drawn
     */
    public SamplerSpec forMemory(Schema schema, long capacity) {
        if (minSize > capacity) {
            throw new IllegalArgumentException("sampler name='" + name + "' has minSize=" + minSize
                    + ", expected at most the memory's capacity=" + capacity);
        }
        List<String> names = columns.isEmpty() ? Columns.names(schema) : columns;
        Columns.checkNames(schema, names);
        return new SamplerSpec(name, batchSize, seed, names, minSize, patience);
    }

    /**
     * Uniform sampling with replacement.
     *
     * @param name the sampler's name
     * @param batchSize transitions a batch
     * @return a builder with seed 0, all columns, minSize 1 and no patience
     */
    public static Builder uniform(String name, int batchSize) {
        return new Builder(name, batchSize);
    }

    /** Collects options. Not safe for use by several threads. */
    public static final class Builder {
        private final String name;
        private final int batchSize;
        private long seed;
        private List<String> columns = List.of();
        private long minSize = 1;
        private Duration patience = Duration.ZERO;

        private Builder(String name, int batchSize) {
            this.name = name;
            this.batchSize = batchSize;
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
         * Checks and builds.
         *
         * @return the spec
         * @throws IllegalArgumentException if a part is out of bounds
         */
        public SamplerSpec build() {
            return new SamplerSpec(name, batchSize, seed, columns, minSize, patience);
        }
    }
}
