package io.engram.replay;

/**
 * Where a sampler stands between two batches: all that is needed to continue its draws. Immutable.
 *
 * @param random the state of the random generator
 * @param batches how many batches it has filled, by which beta goes
 */
public record SamplerState(long random, long batches) {
    /**
     * Checks the parts.
     *
     * @param random any value
     * @param batches at least 0
     * @throws IllegalArgumentException if {@code batches} is negative
     */
    public SamplerState {
        if (batches < 0) {
            throw new IllegalArgumentException("sampler state batches=" + batches + ", expected at least 0");
        }
    }
}
