package io.engram.replay.contract;

import java.util.List;

/**
 * What can happen to the streams of a memory, told to a memory and to a model of it alike. Streams are numbered from 0,
 * and so are the lanes of one vector writer; values are numbers as {@link Values} explains.
 */
interface Actors {
    /**
     * One step, or one row of columns.
     *
     * @param state where it starts, if that is asked for
     * @param step the step
     * @param next the state it leads to
     */
    record Step(long state, long step, long next, boolean terminated, boolean truncated) {
        boolean ends() {
            return terminated || truncated;
        }
    }

    /** Returns what the writer returned. */
    long begin(int stream, long state);

    /** Returns what the writer returned. */
    long step(int stream, Step step);

    /** Returns what the writer returned. */
    long stepAll(int stream, List<Step> steps);

    /** Rates the next step of a stream. */
    void prioritize(int stream, double priority);

    void abandon(int stream);

    /** Closes the stream and opens it again. */
    void reopen(int stream);

    /** Begins episodes on the lanes where {@code lanes} is true. */
    void vectorBegin(List<Step> states, boolean[] lanes);

    /** Steps where {@code transitions} is true and begins episodes on the other lanes. */
    void vectorStep(List<Step> steps, boolean[] transitions);

    void vectorAbandon(int lane);

    /** Something that must fail and change nothing. */
    void misuse(int stream);
}
