package io.engram.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.imageio.ImageIO;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Line charts as PNG files; needs no display. */
final class Charts {
    private Charts() {}

    /** An empty chart. */
    static XYChart lines(String title, String xAxis, String yAxis) {
        System.setProperty("java.awt.headless", "true");
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(520)
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
                .build();
        chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        return chart;
    }

    /** Adds a line without markers. */
    static void addLine(XYChart chart, String name, double[] x, double[] y) {
        chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE);
    }

    /** Draws, or says why not: no run fails because its picture cannot be drawn. Some machines lack the fonts. */
    static void drawIfPossible(Drawing drawing, PrintWriter err) {
        try {
            drawing.draw();
        } catch (IOException | RuntimeException | LinkageError e) {
            err.println("warning: cannot draw the picture: " + e);
        }
    }

    /** Replaces the picture as a whole. */
    static void write(XYChart chart, Path file) throws IOException {
        // The cache on disk needs a shutdown hook, which cannot be added while the JVM ends: just when this is called.
        ImageIO.setUseCache(false);
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Files.write(temporary, ChartEncoder.getBytes(chart, "png"));
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Something that writes a picture. */
    interface Drawing {
        void draw() throws IOException;
    }
}
