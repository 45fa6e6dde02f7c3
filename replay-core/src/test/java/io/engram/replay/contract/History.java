package io.engram.replay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.RowLayout;
import io.engram.replay.SplitMix64;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * A random history from a seed, told to several actors at once: interleaved streams and lanes, random ends of both
 * kinds, abandoned and reopened streams, many steps at a time, both kinds of autoreset, priorities that writers give,
 * and calls that must fail.
 */
final class History {
    static final int STREAMS = 3;
    private static final int MAX_LANES = 3;
    private static final int MAX_STEPS = 9;

    private final SplitMix64 random;
    private final List<Actors> targets;
    private final boolean[] streamOpen = new boolean[STREAMS];
    private final boolean[] laneOpen;
    private final int maxSteps;

    /** A history that fits a memory of that layout and capacity. */
    History(long seed, RowLayout layout, long capacity, List<Actors> targets) {
        this.random = new SplitMix64(seed);
        this.targets = targets;
        this.laneOpen = new boolean[lanes(capacity)];
        // A call may not take more rows than the capacity; at worst each step needs a first row, too.
        this.maxSteps = (int) Math.min(MAX_STEPS, layout == RowLayout.ARRIVAL ? capacity / 2 : capacity);
    }

    /** How many lanes a history has in a memory of that capacity. */
    static int lanes(long capacity) {
        return (int) Math.min(MAX_LANES, capacity);
    }

    void play(int operations) {
        for (int i = 0; i < operations; i++) {
            int stream = random.nextInt(STREAMS);
            int choice = random.nextInt(100);
            if (choice < 50) {
                beginOrStep(stream);
            } else if (choice < 54) {
                begin(stream);
            } else if (choice < 57) {
                streamOpen[stream] = false;
                targets.forEach(target -> target.abandon(stream));
            } else if (choice < 59) {
                streamOpen[stream] = false;
                targets.forEach(target -> target.reopen(stream));
            } else if (choice < 70) {
                stepAll(stream);
            } else if (choice < 90) {
                vectorStep();
            } else if (choice < 94) {
                vectorBegin(randomMask(2));
            } else if (choice < 95) {
                int lane = random.nextInt(laneOpen.length);
                laneOpen[lane] = false;
                targets.forEach(target -> target.vectorAbandon(lane));
            } else if (choice < 97) {
                // Halves, so that several are equal, and sometimes zero.
                double priority = random.nextInt(20) * 0.5;
                targets.forEach(target -> target.prioritize(stream, priority));
            } else {
                targets.forEach(target -> target.misuse(stream));
            }
        }
    }

    private void beginOrStep(int stream) {
        if (streamOpen[stream]) {
            Actors.Step step = step();
            streamOpen[stream] = !step.ends();
            same(target -> target.step(stream, step));
        } else {
            begin(stream);
        }
    }

    private void begin(int stream) {
        long state = random.nextLong();
        streamOpen[stream] = true;
        same(target -> target.begin(stream, state));
    }

    private void stepAll(int stream) {
        if (maxSteps > 0) {
            List<Actors.Step> steps = steps(1 + random.nextInt(maxSteps));
            streamOpen[stream] = !steps.get(steps.size() - 1).ends();
            same(target -> target.stepAll(stream, steps));
        }
    }

    private void vectorStep() {
        List<Actors.Step> steps = steps(laneOpen.length);
        boolean[] transitions = randomMask(16);
        boolean[] ended = new boolean[laneOpen.length];
        boolean anyEnded = false;
        for (int i = 0; i < laneOpen.length; i++) {
            transitions[i] &= laneOpen[i];
            ended[i] = transitions[i] && steps.get(i).ends();
            anyEnded |= ended[i];
            laneOpen[i] = !ended[i];
        }
        targets.forEach(target -> target.vectorStep(steps, transitions));
        if (anyEnded && random.nextInt(2) == 0) {
            vectorBegin(ended);
        }
    }

    private void vectorBegin(boolean[] lanes) {
        List<Actors.Step> states = steps(lanes.length);
        for (int i = 0; i < lanes.length; i++) {
            laneOpen[i] |= lanes[i];
        }
        targets.forEach(target -> target.vectorBegin(states, lanes));
    }

    private void same(ToLongFunction<Actors> call) {
        List<Long> returned = targets.stream().map(call::applyAsLong).toList();
        assertThat(returned).as("sequences that the writers returned").containsOnly(returned.get(0));
    }

    /** False for one lane in so many. */
    private boolean[] randomMask(int oneIn) {
        boolean[] mask = new boolean[laneOpen.length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = random.nextInt(oneIn) != 0;
        }
        return mask;
    }

    private List<Actors.Step> steps(int count) {
        List<Actors.Step> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            steps.add(step());
        }
        return steps;
    }

    private Actors.Step step() {
        int end = random.nextInt(20);
        return new Actors.Step(
                random.nextLong(), random.nextLong(), random.nextLong(), end == 0 || end == 1, end == 1 || end == 2);
    }
}
