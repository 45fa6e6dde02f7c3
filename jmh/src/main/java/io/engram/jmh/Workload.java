package io.engram.jmh;

import io.engram.replay.DType;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;

/** What a transition is made of. */
enum Workload {
    /** W1: observation f32[4], action i32, reward f32, both flags. */
    SMALL(Experience.OBSERVATION, 0),
    /** W2, like MuJoCo's: observation f32[376], action f32[17], reward f32, both flags. */
    MEDIUM(376, 17);

    private final int observation;
    private final int action;

    Workload(int observation, int action) {
        this.observation = observation;
        this.action = action;
    }

    /** Elements of an observation. */
    int observation() {
        return observation;
    }

    /** Elements of an action; 0 if it is one integer. */
    int action() {
        return action;
    }

    Schema schema(RowLayout layout) {
        Schema.Builder builder = Schema.builder().observation(DType.F32, observation);
        builder = action == 0 ? builder.action(DType.I32) : builder.action(DType.F32, action);
        return builder.reward().rowLayout(layout).build();
    }
}
