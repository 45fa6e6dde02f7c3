package io.engram.replay;

import io.engram.replay.internal.BatchColumn;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * @param nStep how transitions over several steps are made; null for one step. Not with windows
 * @param stacks the STATE fields that come as stacks of consecutive states, by name
 * @param windows what windows there are; null for transitions
 * @param maxAge how old what is sampled may be
 * @param episodes which episodes to draw from; null for all. Not by priority
 */
public record SamplerSpec(
        String name,
        int batchSize,
        long seed,
        List<String> columns,
        long minSize,
        Duration patience,
        @Nullable Prioritization prioritization,
        @Nullable NStep nStep,
        Map<String, FrameStack> stacks,
        @Nullable Windows windows,
        AgeLimit maxAge,
        @Nullable EpisodeFilter episodes) {
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
     * @param nStep how transitions over several steps are made, or null
     * @param stacks which fields are stacked, copied
     * @param windows what windows there are, or null
     * @param maxAge how old what is sampled may be
     * @param episodes which episodes to draw from, or null
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
        if (nStep != null && windows != null) {
            throw new IllegalArgumentException("sampler name='" + name + "' has both nStep=" + nStep + " and windows="
                    + windows + ", expected one at most: a window has the reward of each step");
        }
        if (prioritization != null
                && prioritization.normalization() == Prioritization.Normalization.NONE
                && !maxAge.equals(AgeLimit.NONE)) {
            throw new IllegalArgumentException("sampler name='" + name + "' has maxAge=" + maxAge
                    + " and normalization=NONE, which needs the number of what can be drawn; expected another one");
        }
        if (prioritization != null && episodes != null) {
            throw new IllegalArgumentException("sampler name='" + name + "' draws by priority and only from episodes="
                    + episodes + ": the mass of those alone is not known, so no probability would be exact; expected"
                    + " one of the two");
        }
        columns = List.copyOf(columns);
        stacks = Map.copyOf(stacks);
    }

    /**
     * Checks this spec against the memory that is to be sampled.
     *
     * @param schema the memory's schema
     * @param capacity the memory's capacity
     * @param indexes the memory's priority indexes
     * @return this spec, its columns spelled out
     * @throws SchemaException if a column is unknown or repeated, or a field is not of the kind that is asked for
     * @throws IllegalArgumentException if {@code minSize} exceeds the capacity, so that nothing could ever be drawn,
     *     or if the memory has no such priority index or that is for other windows
     */
    public SamplerSpec forMemory(Schema schema, long capacity, List<PriorityIndex> indexes) {
        if (minSize > capacity) {
            throw new IllegalArgumentException("sampler name='" + name + "' has minSize=" + minSize
                    + ", expected at most the memory's capacity=" + capacity);
        }
        if (prioritization != null) {
            checkIndex(prioritization.index(), indexes);
        }
        if (nStep != null) {
            nStep.requireFields(schema);
        }
        List<String> names = BatchColumn.of(schema, columns, nStep, stacks, windows).stream()
                .map(BatchColumn::name)
                .toList();
        return new SamplerSpec(
                name,
                batchSize,
                seed,
                names,
                minSize,
                patience,
                prioritization,
                nStep,
                stacks,
                windows,
                maxAge,
                episodes);
    }

    private void checkIndex(String index, List<PriorityIndex> indexes) {
        PriorityIndex found = indexes.stream()
                .filter(each -> each.name().equals(index))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("sampler name='" + name + "' draws by priority index='"
                        + index + "', which the memory does not have: indexes="
                        + indexes.stream().map(PriorityIndex::name).toList()
                        + "; add it when the memory is opened"));
        Windows needed = windows == null ? null : windows.starts();
        if (!Objects.equals(found.windows(), needed)) {
            throw new IllegalArgumentException("sampler name='" + name + "' draws windows=" + needed
                    + " by priority index='" + index + "', which is for windows=" + found.windows()
                    + "; expected the same (null: transitions). Add an index of its own when the memory is opened");
        }
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
        private double eta = 0.9;
        private @Nullable NStep nStep;
        private final Map<String, FrameStack> stacks = new HashMap<>();
        private @Nullable Windows windows;
        private AgeLimit maxAge = AgeLimit.NONE;
        private @Nullable EpisodeFilter episodes;

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
         * How much the largest TD error of a window counts against the mean.
         *
         * @param share 0 to 1; 0.9 unless said
         * @return this builder
         * @throws IllegalStateException if this is a uniform sampler's builder
         */
        public Builder eta(double share) {
            requirePrioritized("eta");
            this.eta = share;
            return this;
        }

        /**
         * Makes transitions over several steps.
         *
         * @param setting how many, and how rewards are summed
         * @return this builder
         */
        public Builder nStep(NStep setting) {
            this.nStep = setting;
            return this;
        }

        /**
         * Delivers a STATE field as stacks.
         *
         * @param field its name
         * @param setting how many states, and how an episode's start is padded
         * @return this builder
         */
        public Builder stack(String field, FrameStack setting) {
            stacks.put(field, setting);
            return this;
        }

        /**
         * Draws windows of consecutive steps instead of transitions.
         *
         * @param setting which windows there are, and how they are delivered
         * @return this builder
         */
        public Builder windows(Windows setting) {
            this.windows = setting;
            return this;
        }

        /**
         * Leaves out what is too old.
         *
         * @param limit how old what is sampled may be
         * @return this builder
         */
        public Builder maxAge(AgeLimit limit) {
            this.maxAge = limit;
            return this;
        }

        /**
         * Draws from some episodes only: uniformly from what of them is in the memory. The sampler looks for them when
         * its first batch is drawn, again whenever {@link Sampler#state} counts a multiple of {@link
         * EpisodeFilter#refreshEvery} batches, and when nothing that it found is left. What is appended in between is
         * not drawn, what leaves the window is not drawn any more. Looking for them allocates; batches in between do
         * not.
         *
         * @param filter which episodes
         * @return this builder
         */
        public Builder episodes(EpisodeFilter filter) {
            this.episodes = filter;
            return this;
        }

        /**
         * Checks and builds.
         *
         * @return the spec
         * @throws IllegalArgumentException if a part is out of bounds
         */
        public SamplerSpec build() {
            return new SamplerSpec(
                    name,
                    batchSize,
                    seed,
                    columns,
                    minSize,
                    patience,
                    prioritization(),
                    nStep,
                    stacks,
                    windows,
                    maxAge,
                    episodes);
        }

        private @Nullable Prioritization prioritization() {
            return prioritized ? new Prioritization(index, draw, beta, normalization, eta) : null;
        }

        private void requirePrioritized(String option) {
            if (!prioritized) {
                throw new IllegalStateException("sampler name='" + name + "' is uniform and has no " + option
                        + "; begin with SamplerSpec.prioritized");
            }
        }
    }
}
