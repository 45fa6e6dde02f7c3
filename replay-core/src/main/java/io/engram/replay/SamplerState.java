package io.engram.replay;

/**
 * Where a sampler stands between two batches: all that is needed to continue its draws. Immutable.
 *
 * @param random the state of the random generator
 * @param batches how many batches it has filled, by which beta goes
 * @param steps how many steps its transitions bridge, 0 if the sampler has no {@link NStep}
 * @param gamma the discount of one of these steps
 */
public record SamplerState(long random, long batches, int steps, double gamma) {
    /**
     * Checks the parts.
     *
     * @param random any value
     * @param batches at least 0
     * @param steps 0 to {@value NStep#MAX_STEPS}
     * @param gamma 0 to 1
     * @throws IllegalArgumentException if a part is out of bounds
     */
    public SamplerState {
        if (batches < 0) {
            throw new IllegalArgumentException("sampler state batches=" + batches + ", expected at least 0");
        }
        if (steps < 0 || steps > NStep.MAX_STEPS || !(gamma >= 0 && gamma <= 1)) {
            throw new IllegalArgumentException("sampler state steps=" + steps + ", gamma=" + gamma + ", expected 0 to "
                    + NStep.MAX_STEPS + " steps and a gamma of 0 to 1");
        }
    }

    /**
     * Of a sampler without {@link NStep}.
     *
     * @param random any value
     * @param batches at least 0
     * @throws IllegalArgumentException if {@code batches} is negative
     */
    public SamplerState(long random, long batches) {
        this(random, batches, 0, 0);
    }
}
