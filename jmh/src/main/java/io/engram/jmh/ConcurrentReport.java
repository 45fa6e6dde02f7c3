package io.engram.jmh;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The part of a {@link Report} about {@link ConcurrentBenchmark}: what goes in and comes out when writers and samplers
 * run at once, and what share of its rate alone each keeps, round by round.
 *
 * <p>By the clock, and by processor time: operations in a second of the thread's own processor time, which leaves out
 * that there were more threads than processors.
 */
final class ConcurrentReport {
    private static final String WRITER = "writer";
    private static final String SAMPLER = "sampler";
    private static final String ALONE = "ConcurrentBenchmark.alone";

    private final Map<Report.Key, List<Round>> measured = new LinkedHashMap<>();

    /** Operations a second of one side, NaN if it was not there: by the clock, and by its threads' processor time. */
    record Side(double clock, double processor) {}

    /** One run. */
    record Round(Side writers, Side samplers) {}

    static boolean isConcurrent(JsonObject run) {
        return has(run, WRITER) || has(run, SAMPLER);
    }

    /** Takes in the rounds of a run. */
    void add(Report.Key key, JsonObject run) {
        int forks =
                run.getAsJsonObject("primaryMetric").getAsJsonArray("rawData").size();
        List<Round> rounds = measured.computeIfAbsent(key, missing -> new ArrayList<>());
        for (int fork = 0; fork < forks; fork++) {
            rounds.add(new Round(side(run, WRITER, "Write", fork), side(run, SAMPLER, "Sample", fork)));
        }
    }

    /** A table, or nothing if nothing was measured. */
    String markdown() {
        if (measured.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        text.append("\n| At once | Parameters | Rounds | M transitions/s in | batches/s out | Writers keep |"
                        + " Samplers keep | Writers keep, by CPU | Samplers keep, by CPU |\n")
                .append("| --- | --- | --: | --: | --: | --: | --: | --: | --: |\n");
        measured.forEach((key, rounds) -> {
            double in = median(rounds.stream().map(Round::writers).toList());
            double out = median(rounds.stream().map(Round::samplers).toList());
            Shares writers = shares(key, WRITER);
            Shares samplers = shares(key, SAMPLER);
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %s | %s | %s | %s | %s | %s |%n",
                    key.benchmark(),
                    String.join(", ", key.parameters().values()),
                    rounds.size(),
                    Report.figure(in * Experience.BATCH / 1e6),
                    Report.figure(out),
                    percent(writers.clock()),
                    percent(samplers.clock()),
                    percent(writers.processor()),
                    percent(samplers.processor())));
        });
        return text.toString();
    }

    /** What a side keeps of its rate alone, round by round. */
    record Shares(List<Double> clock, List<Double> processor) {}

    Shares shares(Report.Key key, String side) {
        String alone = ALONE + side.substring(0, 1).toUpperCase(Locale.ROOT) + side.substring(1);
        List<Side> before = sides(new Report.Key(alone, key.parameters()), side);
        List<Side> beside = sides(key, side);
        int rounds = key.benchmark().startsWith(ALONE) ? 0 : Math.min(before.size(), beside.size());
        return new Shares(
                IntStream.range(0, rounds)
                        .mapToObj(i -> beside.get(i).clock() / before.get(i).clock())
                        .toList(),
                IntStream.range(0, rounds)
                        .mapToObj(i -> beside.get(i).processor() / before.get(i).processor())
                        .toList());
    }

    private List<Side> sides(Report.Key key, String side) {
        return measured.getOrDefault(key, List.of()).stream()
                .map(side.equals(WRITER) ? Round::writers : Round::samplers)
                .toList();
    }

    private static boolean has(JsonObject run, String side) {
        return run.has("secondaryMetrics")
                && run.getAsJsonObject("secondaryMetrics").has(side + "Cpu");
    }

    private static Side side(JsonObject run, String side, String suffix, int fork) {
        if (!has(run, side)) {
            return new Side(Double.NaN, Double.NaN);
        }
        JsonObject metrics = run.getAsJsonObject("secondaryMetrics");
        // A group of one method has no results by method.
        JsonObject rate = run.getAsJsonObject("primaryMetric");
        for (Map.Entry<String, JsonElement> entry : metrics.entrySet()) {
            if (entry.getKey().endsWith(suffix)) {
                rate = entry.getValue().getAsJsonObject();
            }
        }
        double nanos = Report.nanos(
                Report.median(rawData(rate, fork)), rate.get("scoreUnit").getAsString());
        double cpu = sum(rawData(metrics.getAsJsonObject(side + "Cpu"), fork));
        double operations = sum(rawData(metrics.getAsJsonObject(side + "Operations"), fork));
        return new Side(1e9 / nanos, 1e9 * operations / cpu);
    }

    private static JsonArray rawData(JsonObject metric, int fork) {
        return metric.getAsJsonArray("rawData").get(fork).getAsJsonArray();
    }

    private static double sum(JsonArray values) {
        double sum = 0;
        for (JsonElement value : values) {
            sum += value.getAsDouble();
        }
        return sum;
    }

    private static double median(List<Side> sides) {
        return Report.median(sides.stream().mapToDouble(Side::clock).toArray());
    }

    private static String percent(List<Double> shares) {
        double[] sorted = shares.stream()
                .filter(share -> !Double.isNaN(share))
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return "-";
        }
        return String.format(
                Locale.ROOT,
                "**%.0f%%** (%.0f - %.0f)",
                100 * Report.median(sorted),
                100 * sorted[0],
                100 * sorted[sorted.length - 1]);
    }
}
