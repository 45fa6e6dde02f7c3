package io.engram.examples;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param env the environment's name
 * @param memory the kind of memory: uniform, prioritized or rank
 * @param seed of the run
 * @param steps taken in all, over all resumptions
 * @param episodes ended in all
 * @param meanReturn100 the mean return of 100 consecutive episodes: of those that solved it if the run ended there,
 *     else of the last 100 in training, or of as many as there were; null if none
 * @param solvedAtStep the step at which the mean of 100 consecutive episodes first sufficed, of training or of an
 *     evaluation without random actions; null if it never did
 * @param resumedFromStep the step this process began at; 0 for a new run
 * @param memorySize rows in the memory
 * @param memoryAppended rows appended to the memory in its whole life
 * @param weightsSha256 of the network that learns
 * @param wallSeconds this process took
 */
record Summary(
        String env,
        String memory,
        long seed,
        long steps,
        long episodes,
        @Nullable Double meanReturn100,
        @Nullable Long solvedAtStep,
        long resumedFromStep,
        long memorySize,
        long memoryAppended,
        String weightsSha256,
        double wallSeconds) {

    /** One flat JSON object, its keys named as the parts of this record. */
    String toJson() {
        return values().entrySet().stream()
                .map(entry -> "  " + quote(entry.getKey()) + ": " + json(entry.getValue()))
                .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
    }

    /** A line for each part. */
    String toText() {
        StringBuilder text = new StringBuilder();
        values().forEach((key, value) ->
                text.append(String.format(Locale.ROOT, "%-16s %s%n", key, value == null ? "-" : value)));
        return text.toString();
    }

    private Map<String, @Nullable Object> values() {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("env", env);
        values.put("memory", memory);
        values.put("seed", seed);
        values.put("steps", steps);
        values.put("episodes", episodes);
        values.put("meanReturn100", meanReturn100);
        values.put("solvedAtStep", solvedAtStep);
        values.put("resumedFromStep", resumedFromStep);
        values.put("memorySize", memorySize);
        values.put("memoryAppended", memoryAppended);
        values.put("weightsSha256", weightsSha256);
        values.put("wallSeconds", wallSeconds);
        return values;
    }

    private static String json(@Nullable Object value) {
        return value instanceof String text ? quote(text) : String.valueOf(value);
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
