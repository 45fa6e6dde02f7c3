package io.engram.examples;

/**
 * What an agent acts in: discrete actions, observations of numbers or images. All its randomness comes from the
 * generator it was made with, so that saving that generator and the episode saves it. For one thread at a time.
 */
interface Environment {
    /** The name on the command line, such as {@code CartPole-v1}. */
    String name();

    /** What observations are like. */
    ObservationSpec observationSpec();

    /** How many actions there are: 0 to actions - 1. */
    int actions();

    /** The mean return over 100 consecutive episodes from which on the environment counts as solved. */
    double solvedReturn();

    /** Begins an episode and returns its first observation. */
    Observation reset();

    /** Takes a step of the episode under way. After one that terminated or truncated it, {@link #reset} comes next. */
    Step step(int action);

    /** The episode under way, or that none is: all there is but for the generator, as numbers whose bits matter. */
    double[] save();

    /** Takes what {@link #save} returned; the steps from here on are the same, bit for bit. */
    void restore(double[] saved);

    /** What every step begins with: throws unless an episode is open and the action one there is. */
    static void check(boolean inEpisode, int action, int actions) {
        if (!inEpisode) {
            throw new IllegalStateException("no episode is open; call reset first");
        }
        if (action < 0 || action >= actions) {
            throw new IllegalArgumentException("action=" + action + ", expected 0 to " + (actions - 1));
        }
    }

    /**
     * What a step led to.
     *
     * @param observation the new observation, the true last one if the episode ends here
     * @param reward what the step earned
     * @param terminated the new state is final
     * @param truncated the episode was cut off by its limit of steps; can come together with terminated
     */
    record Step(Observation observation, float reward, boolean terminated, boolean truncated) {
        /** Whether the episode ends here, for either reason. */
        boolean endsEpisode() {
            return terminated || truncated;
        }
    }
}
