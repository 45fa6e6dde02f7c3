package io.engram.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;

/** Draws the returns of a run over its steps into a PNG file. */
final class LearningCurve {
    private LearningCurve() {}

    /** Replaces the picture as a whole. There must be one row at least. */
    static void draw(String title, List<MetricsLog.Row> rows, Path file) throws IOException {
        XYChart chart = Charts.lines(title, "steps", "return");
        double[] steps = rows.stream().mapToDouble(MetricsLog.Row::step).toArray();
        double[] returns =
                rows.stream().mapToDouble(MetricsLog.Row::episodeReturn).toArray();
        double[] means = rows.stream().mapToDouble(MetricsLog.Row::meanReturn).toArray();
        Charts.addLine(chart, "episode", steps, returns);
        Charts.addLine(chart, "mean of the last 100", steps, means);
        Charts.write(chart, file);
    }
}
