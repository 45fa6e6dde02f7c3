package io.engram.replay.contract;

import io.engram.replay.SplitMix64;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Random histories from a seed: interleaved streams, episodes of random lengths that end in every way. No two states
 * and no two actions are alike; rewards and discounts are such that sums with gamma 0.5 are exact.
 */
final class RandomScript {
    private static final List<String> STREAMS = List.of("a", "b", "c");

    private final SplitMix64 random;
    /** By stream: in how many steps the episode ends; 0 if none is open. */
    private final Map<String, Integer> left = new HashMap<>();

    private final List<Script.Event> played = new ArrayList<>();
    private long states;
    private long actions;

    RandomScript(long seed) {
        this.random = new SplitMix64(seed);
    }

    /** The next events. */
    List<Script.Event> next(int count) {
        List<Script.Event> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(next());
        }
        played.addAll(events);
        return events;
    }

    /** Closes every stream. */
    List<Script.Event> close() {
        left.clear();
        List<Script.Event> events = STREAMS.stream()
                .map(stream -> new Script.Event(stream, Script.Kind.CLOSE, 0, null))
                .toList();
        played.addAll(events);
        return events;
    }

    /** All events so far, to be played again by hand. */
    @Override
    public String toString() {
        return Script.text(played);
    }

    private Script.Event next() {
        // Runs of one stream are as likely as a change.
        String stream = played.isEmpty() || random.nextInt(2) == 0
                ? STREAMS.get(random.nextInt(STREAMS.size()))
                : played.get(played.size() - 1).stream();
        int steps = left.getOrDefault(stream, 0);
        int choice = random.nextInt(40);
        if (choice == 0) {
            left.put(stream, 0);
            return new Script.Event(stream, Script.Kind.CLOSE, 0, null);
        }
        if (choice == 1) {
            left.put(stream, 0);
            return new Script.Event(stream, Script.Kind.ABANDON, 0, null);
        }
        if (steps == 0 || choice == 2) {
            left.put(stream, 1 + random.nextInt(random.nextInt(3) == 0 ? 16 : 5));
            return new Script.Event(stream, Script.Kind.BEGIN, ++states, null);
        }
        left.put(stream, steps - 1);
        // Of those that end, a third with each flag and a third with both.
        int flags = steps > 1 ? 0 : 1 + random.nextInt(3);
        Script.Step step = new Script.Step(
                ++actions,
                (random.nextInt(17) - 8) * 0.25,
                random.nextInt(3) == 0 ? random.nextInt(4) * 0.25 : 1,
                (flags & 1) != 0,
                (flags & 2) != 0);
        return new Script.Event(stream, Script.Kind.STEP, ++states, step);
    }
}
