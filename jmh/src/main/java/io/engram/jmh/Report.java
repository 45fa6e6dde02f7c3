package io.engram.jmh;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns results of JMH into Markdown: a table of all that was measured, and one of what is compared with what.
 *
 * <p>Runs of the same benchmark with the same parameters are rounds, in the order of the file. A ratio is taken within
 * a round, so that a machine that was slow for a while was slow for both; then the median of the rounds is given, and
 * the least and the greatest. Where the processor time of the measuring threads was recorded, it is what is compared.
 *
 * <p>What ran at once is left to {@link ConcurrentReport}.
 *
 * <p>{@code java -cp benchmarks.jar io.engram.jmh.Report results.json}
 */
public final class Report {
    private static final String ALLOCATION = "gc.alloc.rate.norm";

    private static final String ROWS = "rows";
    private static final List<String> SAME = List.of("layout", "storage", ROWS);

    /** What is compared with itself at a tenth of the rows. */
    private static final String GROWING = "PrioritizedLoopBenchmark.loop";

    /** What is compared with what, and which parameters must be equal. */
    private static final List<Pair> PAIRS = List.of(
            new Pair("UniformSampleBenchmark.sample", "GatherFloorBenchmark.gather", SAME),
            new Pair("UniformSampleBenchmark.sample", "HeapPeerBenchmark.sample", List.of(ROWS)),
            new Pair("UniformSampleBenchmark.sample", "DjlPeerBenchmark.sample", List.of()),
            new Pair("AppendBenchmark.one", "HeapPeerBenchmark.appendToArray", List.of(ROWS)),
            new Pair("AppendBenchmark.one", "HeapPeerBenchmark.appendToDeque", List.of(ROWS)),
            new Pair("AppendBenchmark.one", "DjlPeerBenchmark.append", List.of()),
            new Pair("AppendBenchmark.batch", "HeapPeerBenchmark.appendToArray", List.of(ROWS)),
            new Pair("PrioritizedAppendBenchmark.one", "AppendBenchmark.one", SAME),
            new Pair("PrioritizedAppendBenchmark.batch", "AppendBenchmark.batch", SAME),
            new Pair("PrioritizedSampleBenchmark.sample", "HeapTreePeerBenchmark.sample", List.of(ROWS)),
            new Pair("PriorityUpdateBenchmark.update", "HeapTreePeerBenchmark.update", List.of(ROWS)),
            new Pair("PrioritizedLoopBenchmark.loop", "HeapTreePeerBenchmark.loop", List.of(ROWS)),
            new Pair("PrioritizedSampleBenchmark.sample", "UniformSampleBenchmark.sample", SAME),
            new Pair("MediumBenchmark.sample", "MediumFloorBenchmark.gather", SAME),
            new Pair("MediumPrioritizedBenchmark.sample", "MediumFloorBenchmark.gather", SAME),
            new Pair("MediumPrioritizedBenchmark.sample", "MediumBenchmark.sample", SAME),
            new Pair("FramesBenchmark.sample", "FramesFloorBenchmark.copy", List.of("delivery", "storage", ROWS)),
            new Pair("NStepBenchmark.sample", "UniformSampleBenchmark.sample", SAME),
            new Pair("SequenceBenchmark.sample", "UniformSampleBenchmark.sample", SAME),
            new Pair("SequenceBenchmark.loop", "PrioritizedLoopBenchmark.loop", SAME),
            new Pair("AccessPathBenchmark.gatherByteBuffer", "AccessPathBenchmark.gatherUnsafeApi", List.of(ROWS)),
            new Pair("AccessPathBenchmark.gatherSunMisc", "AccessPathBenchmark.gatherUnsafeApi", List.of(ROWS)),
            new Pair("AccessPathBenchmark.appendByteBuffer", "AccessPathBenchmark.appendUnsafeApi", List.of(ROWS)),
            new Pair("AccessPathBenchmark.appendSunMisc", "AccessPathBenchmark.appendUnsafeApi", List.of(ROWS)));

    private final Map<Key, List<Round>> measured = new LinkedHashMap<>();
    private final ConcurrentReport concurrent = new ConcurrentReport();

    /** A benchmark with its parameters. */
    record Key(String benchmark, Map<String, String> parameters) {
        Key withATenthOfTheRows() {
            Map<String, String> fewer = new TreeMap<>(parameters);
            fewer.computeIfPresent(ROWS, (name, rows) -> String.valueOf(Long.parseLong(rows) / 10));
            return new Key(benchmark, fewer);
        }
    }

    /** One run of a benchmark: nanoseconds an operation by the clock and by the processor (or NaN), bytes (or NaN). */
    record Round(double wall, double cpu, double bytes) {
        double best() {
            return Double.isNaN(cpu) ? wall : cpu;
        }
    }

    private record Pair(String subject, String reference, List<String> parameters) {
        boolean matches(Key subjectKey, Key referenceKey) {
            if (!subjectKey.benchmark().equals(subject)
                    || !referenceKey.benchmark().equals(reference)) {
                return false;
            }
            for (String parameter : parameters) {
                String value = subjectKey.parameters().getOrDefault(parameter, "");
                if (!value.equals(referenceKey.parameters().getOrDefault(parameter, ""))) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Reads results of JMH in JSON.
     *
     * @param json the text of a file
     */
    Report(String json) {
        JsonArray runs = JsonParser.parseString(json).getAsJsonArray();
        for (JsonElement each : runs) {
            JsonObject run = each.getAsJsonObject();
            String[] name = run.get("benchmark").getAsString().split("\\.", -1);
            Map<String, String> parameters = new TreeMap<>();
            if (run.has("params")) {
                run.getAsJsonObject("params")
                        .entrySet()
                        .forEach(entry ->
                                parameters.put(entry.getKey(), entry.getValue().getAsString()));
            }
            Key key = new Key(name[name.length - 2] + "." + name[name.length - 1], parameters);
            if (ConcurrentReport.isConcurrent(run)) {
                concurrent.add(key, run);
            } else {
                measured.computeIfAbsent(key, missing -> new ArrayList<>()).addAll(roundsOf(run));
            }
        }
    }

    /**
     * Prints a report.
     *
     * @param args files of JMH's results in JSON
     * @throws IOException if one cannot be read
     */
    public static void main(String[] args) throws IOException {
        if (args.length == 0) {
            System.err.println("usage: java -cp benchmarks.jar io.engram.jmh.Report results.json ...");
            System.exit(2);
        }
        for (String file : args) {
            System.out.print(new Report(Files.readString(Path.of(file))).markdown());
        }
    }

    /** All tables. */
    String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("| Benchmark | Parameters | Rounds | ns/op | least - greatest | CPU ns/op | M op/s | B/op |\n")
                .append("| --- | --- | --: | --: | --: | --: | --: | --: |\n");
        measured.forEach((key, rounds) -> {
            double wall = median(rounds.stream().mapToDouble(Round::wall).toArray());
            double cpu = median(rounds.stream().mapToDouble(Round::cpu).toArray());
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %d | %s | %s - %s | %s | %s | %s |%n",
                    key.benchmark(),
                    String.join(", ", key.parameters().values()),
                    rounds.size(),
                    figure(wall),
                    figure(rounds.stream().mapToDouble(Round::wall).min().orElse(Double.NaN)),
                    figure(rounds.stream().mapToDouble(Round::wall).max().orElse(Double.NaN)),
                    figure(cpu),
                    figure(1e3 / (Double.isNaN(cpu) ? wall : cpu)),
                    figure(median(rounds.stream().mapToDouble(Round::bytes).toArray()))));
        });
        text.append("\n| Ours | Parameters | Compared with | Time, ours / theirs | least - greatest |\n")
                .append("| --- | --- | --- | --: | --: |\n");
        for (Pair pair : PAIRS) {
            measured.keySet()
                    .forEach(subject -> measured.keySet().stream()
                            .filter(reference -> pair.matches(subject, reference))
                            .forEach(reference -> text.append(ratioLine(subject, reference, reference.benchmark()))));
        }
        for (Key subject : measured.keySet()) {
            if (subject.benchmark().equals(GROWING)) {
                Key reference = subject.withATenthOfTheRows();
                if (measured.containsKey(reference)) {
                    text.append(ratioLine(
                            subject,
                            reference,
                            "itself at " + reference.parameters().get(ROWS)));
                }
            }
        }
        return text.append(concurrent.markdown()).toString();
    }

    private String ratioLine(Key subject, Key reference, String name) {
        double[] ratios = ratios(subject, reference);
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | **%s** | %s - %s |%n",
                subject.benchmark(),
                String.join(", ", subject.parameters().values()),
                name,
                figure(median(ratios)),
                figure(sorted[0]),
                figure(sorted[sorted.length - 1]));
    }

    /** Ours over theirs, round by round. */
    double[] ratios(Key subject, Key reference) {
        List<Round> ours = measured.getOrDefault(subject, List.of());
        List<Round> theirs = measured.getOrDefault(reference, List.of());
        double[] ratios = new double[Math.min(ours.size(), theirs.size())];
        for (int i = 0; i < ratios.length; i++) {
            boolean both = !Double.isNaN(ours.get(i).cpu())
                    && !Double.isNaN(theirs.get(i).cpu());
            ratios[i] = both
                    ? ours.get(i).cpu() / theirs.get(i).cpu()
                    : ours.get(i).wall() / theirs.get(i).wall();
        }
        return ratios;
    }

    /** The forks of a run are rounds; of a fork's iterations the median counts. */
    private static List<Round> roundsOf(JsonObject run) {
        JsonObject primary = run.getAsJsonObject("primaryMetric");
        String unit = primary.get("scoreUnit").getAsString();
        JsonArray forks = primary.getAsJsonArray("rawData");
        List<Round> rounds = new ArrayList<>();
        for (int fork = 0; fork < forks.size(); fork++) {
            rounds.add(new Round(
                    nanos(median(forks.get(fork).getAsJsonArray()), unit),
                    secondary(run, WorkerCpuProfiler.METRIC, fork),
                    secondary(run, ALLOCATION, fork)));
        }
        return rounds;
    }

    private static double secondary(JsonObject run, String metric, int fork) {
        if (run.has("secondaryMetrics")) {
            for (Map.Entry<String, JsonElement> entry :
                    run.getAsJsonObject("secondaryMetrics").entrySet()) {
                if (entry.getKey().endsWith(metric)) {
                    JsonArray forks = entry.getValue().getAsJsonObject().getAsJsonArray("rawData");
                    return median(forks.get(fork).getAsJsonArray());
                }
            }
        }
        return Double.NaN;
    }

    /** Nanoseconds an operation, whatever was measured. */
    static double nanos(double score, String unit) {
        return switch (unit) {
            case "ns/op" -> score;
            case "us/op" -> score * 1e3;
            case "ms/op" -> score * 1e6;
            case "s/op" -> score * 1e9;
            case "ops/ns" -> 1 / score;
            case "ops/us" -> 1e3 / score;
            case "ops/ms" -> 1e6 / score;
            case "ops/s" -> 1e9 / score;
            default -> throw new IllegalArgumentException("unknown unit of a result: scoreUnit=" + unit);
        };
    }

    static double median(JsonArray values) {
        double[] numbers = new double[values.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = values.get(i).getAsDouble();
        }
        return median(numbers);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** Three digits that count, or a dash for nothing. */
    static String figure(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        if (value >= 100) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return String.format(Locale.ROOT, value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f", value);
    }
}
