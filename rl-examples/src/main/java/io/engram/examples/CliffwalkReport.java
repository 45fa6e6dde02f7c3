package io.engram.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.knowm.xchart.XYChart;

/** The updates that each method needed, as a table, a CSV file and a picture. */
final class CliffwalkReport {
    private static final String HEADER =
            "states,transitions,method,seeds,median_updates,least_updates,greatest_updates";

    private final List<Row> rows = new ArrayList<>();

    /** Takes the updates for a number of states: by method, by seed. */
    void add(BlindCliffwalk walk, Map<CliffwalkMethod, long[]> updates) {
        updates.forEach((method, bySeed) -> {
            long[] sorted = bySeed.clone();
            Arrays.sort(sorted);
            rows.add(new Row(walk.states(), walk.transitions(), method, median(sorted), sorted));
        });
    }

    /** The middle one; of two in the middle the mean, rounded down. */
    private static long median(long[] sorted) {
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** The median updates of a method for a number of states that was added. */
    long median(CliffwalkMethod method, int states) {
        return rows.stream()
                .filter(row -> row.method == method && row.states == states)
                .findFirst()
                .orElseThrow()
                .median;
    }

    /** The table's first line. */
    static String head() {
        return String.format(Locale.ROOT, "%2s %11s", "n", "transitions")
                + Arrays.stream(CliffwalkMethod.values())
                        .map(method -> String.format(Locale.ROOT, " %16s", method.label()))
                        .collect(Collectors.joining());
    }

    /** The table's line for a number of states that was added. */
    String line(BlindCliffwalk walk) {
        return String.format(Locale.ROOT, "%2d %,11d", walk.states(), walk.transitions())
                + Arrays.stream(CliffwalkMethod.values())
                        .map(method -> String.format(Locale.ROOT, " %,16d", median(method, walk.states())))
                        .collect(Collectors.joining());
    }

    /** Writes a row for each number of states and method. */
    void writeCsv(Path file) throws IOException {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        for (Row row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "%d,%d,%s,%d,%d,%d,%d\n",
                    row.states,
                    row.transitions,
                    row.method.label(),
                    row.sorted.length,
                    row.median,
                    row.sorted[0],
                    row.sorted[row.sorted.length - 1]));
        }
        Files.writeString(file, text, StandardCharsets.US_ASCII);
    }

    /** Draws the medians over the number of states, in a logarithmic scale. */
    void draw(Path file) throws IOException {
        XYChart chart = Charts.lines("Blind Cliffwalk", "states", "median updates until learned");
        chart.getStyler().setYAxisLogarithmic(true);
        for (CliffwalkMethod method : CliffwalkMethod.values()) {
            List<Row> line = rows.stream().filter(row -> row.method == method).toList();
            double[] states = line.stream().mapToDouble(row -> row.states).toArray();
            double[] medians = line.stream().mapToDouble(row -> row.median).toArray();
            Charts.addLine(chart, method.label(), states, medians);
        }
        Charts.write(chart, file);
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Row(int states, int transitions, CliffwalkMethod method, long median, long[] sorted) {}
}
