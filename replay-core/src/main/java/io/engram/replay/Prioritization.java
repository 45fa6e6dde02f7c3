package io.engram.replay;

/**
 * How a sampler draws by priority and weighs what it drew. Immutable.
 *
 * @param index the name of the priority index
 * @param draw how the places of a batch share the draw
 * @param beta how much importance weights correct
 * @param normalization what weights are divided by
 * @param eta the priority of a window is {@code eta x max + (1 - eta) x mean} of its steps' absolute TD errors, burn-in
 *     left out (Kapturowski et al. 2019, section 2.3); 0 to 1. Without windows it has no effect
 */
public record Prioritization(String index, Draw draw, BetaSchedule beta, Normalization normalization, double eta) {
    /**
     * Checks every part.
     *
     * @param index the name of the priority index
     * @param draw how the places of a batch share the draw
     * @param beta how much importance weights correct
     * @param normalization what weights are divided by
     * @param eta how much the largest TD error of a window counts
     * @throws IllegalArgumentException if eta is out of bounds
     */
    public Prioritization {
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("eta=" + eta + ", expected 0 to 1");
        }
    }

    /** How the places of a batch share the draw. */
    public enum Draw {
        /**
         * Place k of n draws from the k-th of n equal shares of the total mass, as in Schaul et al. 2016, appendix
         * B.2.1. Over a batch each transition is expected as often as with independent draws, with less variance. The
         * places come in the order of the memory.
         */
        STRATIFIED,
        /** Each place draws from the total, independent of the others. */
        INDEPENDENT
    }

    /**
     * What the weights {@code (N x probability)^-beta} are divided by, N being the number of transitions that
     * the index holds, those that are never drawn included.
     */
    public enum Normalization {
        /**
         * The largest weight of the batch, so that this one is 1: what most implementations do. Exact whatever other
         * threads do, but the same transition weighs differently from batch to batch.
         */
        BATCH_MAXIMUM,
        /**
         * The weight of the smallest positive mass that the index has held since it was opened: a bound on the largest
         * weight in the buffer. Weights are at most 1 and comparable between batches, but lower than with the true
         * maximum if that mass is gone. While others update, a mass smaller than the bound just read may be drawn: its
         * weight is 1.
         */
        BUFFER_BOUND,
        /**
         * Nothing: {@code (N x probability)^-beta} itself. N and the total mass are read while others append and
         * update: exact if nobody does.
         */
        NONE
    }
}
