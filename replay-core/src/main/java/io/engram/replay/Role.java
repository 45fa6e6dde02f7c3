package io.engram.replay;

/** What a field belongs to. */
public enum Role {
    /** Has a next value and may be stacked: observation, achieved goal, action mask, recurrent state. */
    STATE,
    /** Belongs to the step from one state to the next: action, reward, log-probability, discount. */
    STEP;

    /** The word that {@link Schema#toText()} uses. */
    String text() {
        return this == STATE ? "state" : "step";
    }
}
