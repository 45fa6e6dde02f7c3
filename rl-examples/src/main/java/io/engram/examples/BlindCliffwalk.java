package io.engram.examples;

import io.engram.replay.SplitMix64;

/**
 * The Blind Cliffwalk: a row of states, in each of which one of two actions goes on to the next and the other falls off
 * and ends the episode with nothing. The right action alternates, and only the last one earns 1; so of all sequences of
 * actions a single one ever earns anything.
 *
 * <p>Source: Schaul, Quan, Antonoglou and Silver, "Prioritized Experience Replay", ICLR 2016, section 3.1 and appendix
 * B.1.
 *
 * @param states how many states there are, 2 to {@value #MAX_STATES}
 */
record BlindCliffwalk(int states) {
    /** Twice as many transitions for each state more: two million are enough. */
    static final int MAX_STATES = 20;

    static final int ACTIONS = 2;

    BlindCliffwalk {
        if (states < 2 || states > MAX_STATES) {
            throw new IllegalArgumentException("states=" + states + ", expected 2 to " + MAX_STATES);
        }
    }

    /** What the values of later states count for. */
    double discount() {
        return 1 - 1.0 / states;
    }

    /** How many transitions all sequences of actions have together. */
    int transitions() {
        return (1 << (states + 1)) - 2;
    }

    /** What an action leads to. A terminated step leads nowhere: its next state is the first. */
    Transition step(int state, int action) {
        boolean right = action == state % ACTIONS;
        boolean last = state == states - 1;
        boolean terminated = !right || last;
        return new Transition(state, action, right && last ? 1 : 0, terminated ? 0 : state + 1, terminated);
    }

    /** The true value of an action: what it earns if the right ones follow. */
    double value(int state, int action) {
        return action == state % ACTIONS ? Math.pow(discount(), (double) states - 1 - state) : 0;
    }

    /** All sequences of actions in random order, the action in state s being bit s. */
    int[] shuffledSequences(SplitMix64 random) {
        int[] sequences = new int[1 << states];
        for (int i = 0; i < sequences.length; i++) {
            int other = random.nextInt(i + 1);
            sequences[i] = sequences[other];
            sequences[other] = i;
        }
        return sequences;
    }

    /**
     * A step from a state.
     *
     * @param state where it was taken, from 0
     * @param action 0 or 1
     * @param reward what it earned
     * @param nextState where it led; without meaning if terminated
     * @param terminated whether the episode ended
     */
    record Transition(int state, int action, float reward, int nextState, boolean terminated) {}
}
