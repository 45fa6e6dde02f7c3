package io.engram.replay.contract;

import io.engram.replay.RowLayout;
import io.engram.replay.StreamWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * What a memory must hold after a history, by definition: every row that was appended since the beginning, and for each
 * the transition that it ends, if any. Knows nothing of rings, staging or sampling.
 */
final class TransitionModel implements Actors {
    /** The priority of a transition whose writer gave none. */
    static final double UNRATED = -1;

    /** A transition between two rows; with self-contained rows they are the same. */
    record Transition(long start, long end, Step step, double priority) {}

    /** Where a stream is: in which state, and which row holds it. */
    private static final class Place {
        boolean open;
        long state;
        long row;
        double priority = UNRATED;

        void close() {
            open = false;
            priority = UNRATED;
        }
    }

    private final boolean arrival;
    private final List<Place> streams = new ArrayList<>();
    private final List<Place> lanes = new ArrayList<>();
    private final List<Transition> transitions = new ArrayList<>();
    private long rows;

    TransitionModel(RowLayout layout, int streams, int lanes) {
        arrival = layout == RowLayout.ARRIVAL;
        for (int i = 0; i < streams; i++) {
            this.streams.add(new Place());
        }
        for (int i = 0; i < lanes; i++) {
            this.lanes.add(new Place());
        }
    }

    /** All rows ever appended. */
    long rows() {
        return rows;
    }

    /** All transitions ever appended, in order of their last row. */
    List<Transition> transitions() {
        return transitions;
    }

    /** Those of which the last {@code capacity} rows hold everything. */
    List<Transition> held(long capacity) {
        return transitions.stream()
                .filter(transition -> transition.start() >= rows - capacity)
                .toList();
    }

    @Override
    public long begin(int stream, long state) {
        return begin(streams.get(stream), state);
    }

    @Override
    public long step(int stream, Step step) {
        return step(streams.get(stream), step);
    }

    @Override
    public long stepAll(int stream, List<Step> steps) {
        Place place = streams.get(stream);
        long last = StreamWriter.NO_ROW;
        for (Step step : steps) {
            if (!place.open) {
                begin(place, step.state());
            }
            last = step(place, step);
        }
        return last;
    }

    @Override
    public void prioritize(int stream, double priority) {
        streams.get(stream).priority = priority;
    }

    @Override
    public void abandon(int stream) {
        streams.get(stream).close();
    }

    @Override
    public void reopen(int stream) {
        streams.get(stream).close();
    }

    @Override
    public void vectorBegin(List<Step> states, boolean[] mask) {
        for (int i = 0; i < mask.length; i++) {
            if (mask[i]) {
                begin(lanes.get(i), states.get(i).state());
            }
        }
    }

    @Override
    public void vectorStep(List<Step> steps, boolean[] mask) {
        for (int i = 0; i < mask.length; i++) {
            if (mask[i]) {
                step(lanes.get(i), steps.get(i));
            } else {
                begin(lanes.get(i), steps.get(i).next());
            }
        }
    }

    @Override
    public void vectorAbandon(int lane) {
        lanes.get(lane).close();
    }

    @Override
    public void misuse(int stream) {
        // Changes nothing.
    }

    private long begin(Place place, long state) {
        place.open = true;
        place.priority = UNRATED;
        place.state = state;
        if (!arrival) {
            return StreamWriter.NO_ROW;
        }
        place.row = rows++;
        return place.row;
    }

    private long step(Place place, Step step) {
        long end = rows++;
        Step whole = new Step(place.state, step.step(), step.next(), step.terminated(), step.truncated());
        transitions.add(new Transition(arrival ? place.row : end, end, whole, place.priority));
        place.priority = UNRATED;
        place.state = step.next();
        place.row = end;
        place.open = !step.ends();
        return end;
    }
}
