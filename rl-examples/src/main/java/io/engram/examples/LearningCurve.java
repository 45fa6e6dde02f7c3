package io.engram.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws the returns of a run over its steps into a PNG file; needs no display. */
final class LearningCurve {
    private LearningCurve() {}

    /** Replaces the picture as a whole. There must be one row at least. */
    static void draw(String title, List<MetricsLog.Row> rows, Path file) throws IOException {
        System.setProperty("java.awt.headless", "true");
        // The cache on disk needs a shutdown hook, which cannot be added while the JVM ends: just when this is called.
        ImageIO.setUseCache(false);
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(520)
                .title(title)
                .xAxisTitle("steps")
                .yAxisTitle("return")
                .build();
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        double[] steps = rows.stream().mapToDouble(MetricsLog.Row::step).toArray();
        double[] returns =
                rows.stream().mapToDouble(MetricsLog.Row::episodeReturn).toArray();
        double[] means = rows.stream().mapToDouble(MetricsLog.Row::meanReturn).toArray();
        chart.addSeries("episode", steps, returns).setMarker(SeriesMarkers.NONE);
        chart.addSeries("mean of the last 100", steps, means).setMarker(SeriesMarkers.NONE);
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Files.write(temporary, ChartEncoder.getBytes(chart, "png"));
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
