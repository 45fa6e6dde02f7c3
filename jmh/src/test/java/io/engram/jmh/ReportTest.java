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
