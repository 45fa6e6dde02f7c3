package io.engram.replay.internal;

import io.engram.replay.Field;
import io.engram.replay.Role;
import java.util.List;

/**
 * Which fields of a row are set since its last commit. For the writer's thread.
 *
 * <p>Counts what is missing and dates what is there by the commit, so that asking and clearing take no loop.
 */
final class StagedFields {
    private final long[] stagedFor;
    private final boolean[] isState;
    private final int states;
    private final int steps;
    private long commit = 1;
    private int missingStates;
    private int missingSteps;

    StagedFields(List<Field> fields) {
        stagedFor = new long[fields.size()];
        isState = new boolean[stagedFor.length];
        int count = 0;
        for (int i = 0; i < isState.length; i++) {
            isState[i] = fields.get(i).role() == Role.STATE;
            count += isState[i] ? 1 : 0;
        }
        states = count;
        steps = isState.length - count;
        missingStates = states;
        missingSteps = steps;
    }

    /** Says that the field at that index of the schema is set. */
    void mark(int index) {
        if (stagedFor[index] != commit) {
            stagedFor[index] = commit;
            if (isState[index]) {
                missingStates--;
            } else {
                missingSteps--;
            }
        }
    }

    /** Whether every field of the role is set. */
    boolean isComplete(Role role) {
        return (role == Role.STATE ? missingStates : missingSteps) == 0;
    }

    /** Whether the field at that index of the schema is set. */
    boolean isStaged(int index) {
        return stagedFor[index] == commit;
    }

    /** From here on nothing is set. */
    void clear() {
        commit++;
        missingStates = states;
        missingSteps = steps;
    }
}
