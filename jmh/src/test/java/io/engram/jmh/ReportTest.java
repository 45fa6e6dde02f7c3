package io.engram.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Map<String, String> MILLION =
            Map.of("rows", "1000000", "layout", "ARRIVAL", "storage", "VOLATILE");

    @Test
    void medianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
        assertThat(Report.median(new double[] {4, 1, 3, 2})).isEqualTo(2.5);
        assertThat(Report.median(new double[] {9, 1, 3})).isEqualTo(3);
    }

    @Test
    void ratiosAreTakenWithinARound() {
        // The machine is ten times slower in the second round; the ratio is the same.
        Report report = new Report("["
                + run("UniformSampleBenchmark.sample", "us/op", "[[2,4,3]]", "") + ","
                + run("GatherFloorBenchmark.gather", "us/op", "[[1.5]]", "") + ","
                + run("UniformSampleBenchmark.sample", "us/op", "[[30]]", "") + ","
                + run("GatherFloorBenchmark.gather", "us/op", "[[15]]", "") + "]");

        assertThat(report.ratios(
                        new Report.Key("UniformSampleBenchmark.sample", MILLION),
                        new Report.Key("GatherFloorBenchmark.gather", MILLION)))
                .containsExactly(2, 2);
        assertThat(report.markdown())
                .contains("| UniformSampleBenchmark.sample | ARRIVAL, 1000000, VOLATILE | 2 | 16500 | 3000 - 30000 |")
                .contains("| GatherFloorBenchmark.gather | **2.00** | 2.00 - 2.00 |");
    }

    @Test
    void processorTimeIsComparedWhereBothHaveIt() {
        Report report = new Report("["
                + run("UniformSampleBenchmark.sample", "us/op", "[[9]]", cpu(3000)) + ","
                + run("GatherFloorBenchmark.gather", "us/op", "[[2]]", cpu(1500)) + "]");

        assertThat(report.ratios(
                        new Report.Key("UniformSampleBenchmark.sample", MILLION),
                        new Report.Key("GatherFloorBenchmark.gather", MILLION)))
                .containsExactly(2);
    }

    @Test
    void forksOfOneRunAreRounds() {
        Report report = new Report("[" + run("AppendBenchmark.one", "ops/us", "[[20,20],[40,40]]", "") + "]");

        assertThat(report.markdown())
                .contains(
                        "| AppendBenchmark.one | ARRIVAL, 1000000, VOLATILE | 2 | 37.5 | 25.0 - 50.0 | - | 26.7 | - |");
    }

    @Test
    void learnersLoopIsComparedWithThePeersAndWithItselfAtATenthOfTheRows() {
        Report report = new Report("["
                + run("PrioritizedLoopBenchmark.loop", "us/op", "[[20]]", "") + ","
                + run("PrioritizedLoopBenchmark.loop", "us/op", "[[30]]", "").replace("1000000", "10000000") + ","
                + run("HeapTreePeerBenchmark.loop", "us/op", "[[80]]", "") + "]");

        assertThat(report.markdown())
                .contains("| ARRIVAL, 1000000, VOLATILE | HeapTreePeerBenchmark.loop | **0.250** |")
                .contains("| ARRIVAL, 10000000, VOLATILE | itself at 1000000 | **1.50** |");
    }

    @Test
    void sharesOfWhatRanAtOnceAreOfTheRateAlone() {
        String sampler = counted("samplerCpu", 3e6) + "," + counted("samplerOperations", 1000);
        String writer = counted("writerCpu", 2e6) + "," + counted("writerOperations", 100);
        String slower = counted("samplerCpu", 4e6) + "," + counted("samplerOperations", 1000);
        String rates = rate("oneAndOneSample", 5000) + "," + rate("oneAndOneWrite", 40000);
        Report report = new Report("["
                + run("ConcurrentBenchmark.aloneSampler", "ops/s", "[[10000]]", sampler) + ","
                + run("ConcurrentBenchmark.aloneWriter", "ops/s", "[[50000]]", writer) + ","
                + run("ConcurrentBenchmark.oneAndOne", "ops/s", "[[45000]]", slower + "," + writer + "," + rates)
                + "]");

        assertThat(report.markdown())
                .contains("| ConcurrentBenchmark.aloneWriter | ARRIVAL, 1000000, VOLATILE | 1 | 12.8 | - | - |")
                .contains("| ConcurrentBenchmark.oneAndOne | ARRIVAL, 1000000, VOLATILE | 1 | 10.2 | 5000 |"
                        + " **80%** (80 - 80) | **50%** (50 - 50) | **100%** (100 - 100) | **75%** (75 - 75) |");
    }

    private static String counted(String name, double value) {
        return String.format(Locale.ROOT, "\"%s\": {\"rawData\": [[%s]]}", name, value);
    }

    private static String rate(String name, double value) {
        return String.format(Locale.ROOT, "\"%s\": {\"scoreUnit\": \"ops/s\", \"rawData\": [[%s]]}", name, value);
    }

    private static String cpu(double nanos) {
        return String.format(Locale.ROOT, "\"cpu.norm\": {\"rawData\": [[%s]]}", nanos);
    }

    private static String run(String benchmark, String unit, String rawData, String secondary) {
        return """
                {"benchmark": "io.engram.jmh.%s",
                 "params": {"rows": "1000000", "layout": "ARRIVAL", "storage": "VOLATILE"},
                 "primaryMetric": {"scoreUnit": "%s", "rawData": %s},
                 "secondaryMetrics": {%s}}
                """.formatted(benchmark, unit, rawData, secondary);
    }
}
