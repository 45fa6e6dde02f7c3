package io.engram.replay;

/**
 * How much importance weights correct, by how many batches the sampler has filled: from {@code first} in a straight
 * line to {@code last} after {@code batches}, and {@code last} from there on (Schaul et al. 2016, section 3.4).
 * Immutable.
 *
 * @param first beta of the first batch, 0 (no correction) to 1 (full)
 * @param last beta in the end, 0 to 1
 * @param batches how long it takes, at least 0
 */
public record BetaSchedule(double first, double last, long batches) {
    /**
     * Checks every part.
     *
     * @param first beta of the first batch
     * @param last beta in the end
     * @param batches how long it takes
     * @throws IllegalArgumentException if a part is out of bounds
     */
    public BetaSchedule {
        if (!(first >= 0 && first <= 1 && last >= 0 && last <= 1) || batches < 0) {
            throw new IllegalArgumentException("beta schedule first=" + first + ", last=" + last + ", batches="
                    + batches + ", expected both betas from 0 to 1 and batches of at least 0");
        }
    }

    /**
     * Always the same.
     *
     * @param beta 0 to 1
     * @return the schedule
     */
    public static BetaSchedule constant(double beta) {
        return new BetaSchedule(beta, beta, 0);
    }

    /**
     * In a straight line.
     *
     * @param first beta of the first batch, 0 to 1
     * @param last beta after so many batches and from there on, 0 to 1
     * @param batches at least 0
     * @return the schedule
     */
    public static BetaSchedule linear(double first, double last, long batches) {
        return new BetaSchedule(first, last, batches);
    }

    /**
     * Beta for a batch.
     *
     * @param batch how many batches were filled before it
     * @return 0 to 1
     */
    public double beta(long batch) {
        return batch >= batches ? last : first + (last - first) * ((double) batch / batches);
    }
}
