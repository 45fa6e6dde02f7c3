package io.engram.replay.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A history as text, so that tables can be checked by hand:
 *
 * <pre>
 *   a: 10 1/0.5>11 2/1*0.25>12T | b: 20 X | a: 30 3>31C
 * </pre>
 *
 * <p>Stream a begins an episode in state 10; action 1 earns reward 0.5 and leads to state 11; action 2 earns 1, with
 * the environment's discount 0.25, and leads to state 12, terminated. Then stream b begins one in state 20 and abandons
 * it, and stream a has one that is truncated (cut) in state 31. Both flags are {@code TC}; a {@code Z} closes the
 * stream, which is opened again when it goes on. Where nothing is said, the reward is 0 and the discount 1.
 */
final class Script {
    private static final String NUMBER = "(-?\\d+(?:\\.\\d+)?)";
    private static final Pattern STEP =
            Pattern.compile("(\\d+)(?:/" + NUMBER + ")?(?:\\*" + NUMBER + ")?>(\\d+)(T?)(C?)");

    /** What happens to a stream. */
    enum Kind {
        BEGIN,
        STEP,
        ABANDON,
        CLOSE
    }

    /** What leads from one state to the next. */
    record Step(long action, double reward, double discount, boolean terminated, boolean truncated) {
        boolean ends() {
            return terminated || truncated;
        }
    }

    /**
     * One thing that happens.
     *
     * @param stream to which stream
     * @param kind what
     * @param state the state that it begins with or leads to
     * @param step of a step
     */
    record Event(
            String stream, Kind kind, long state, @Nullable Step step) {
        @Override
        public String toString() {
            return switch (kind) {
                case BEGIN -> Long.toString(state);
                case ABANDON -> "X";
                case CLOSE -> "Z";
                case STEP ->
                    step == null
                            ? ""
                            : step.action() + "/" + step.reward() + "*" + step.discount() + ">" + state
                                    + (step.terminated() ? "T" : "") + (step.truncated() ? "C" : "");
            };
        }
    }

    private Script() {}

    static List<Event> parse(String text) {
        List<Event> events = new ArrayList<>();
        for (String part : text.split("\\|", -1)) {
            String[] words = part.strip().split("\\s+", -1);
            if (!words[0].endsWith(":")) {
                throw new IllegalArgumentException("part='" + part + "' names no stream");
            }
            String stream = words[0].substring(0, words[0].length() - 1);
            for (int i = 1; i < words.length; i++) {
                events.add(event(stream, words[i]));
            }
        }
        return events;
    }

    private static Event event(String stream, String word) {
        if (word.equals("X") || word.equals("Z")) {
            return new Event(stream, word.equals("X") ? Kind.ABANDON : Kind.CLOSE, 0, null);
        }
        Matcher step = STEP.matcher(word);
        if (!step.matches()) {
            return new Event(stream, Kind.BEGIN, Long.parseLong(word), null);
        }
        double reward = step.group(2) == null ? 0 : Double.parseDouble(step.group(2));
        double discount = step.group(3) == null ? 1 : Double.parseDouble(step.group(3));
        boolean terminated = step.group(5).equals("T");
        boolean truncated = step.group(6).equals("C");
        Step what = new Step(Long.parseLong(step.group(1)), reward, discount, terminated, truncated);
        return new Event(stream, Kind.STEP, Long.parseLong(step.group(4)), what);
    }

    /** Text that {@link #parse} reads. */
    static String text(List<Event> events) {
        return events.stream().map(event -> event.stream() + ": " + event).collect(Collectors.joining(" | "));
    }
}
