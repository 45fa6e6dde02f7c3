package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.exchange.ExchangeFormat;
import io.engram.replay.offheap.exchange.ExchangeReport;
import io.engram.replay.offheap.internal.text.JsonText;
import java.nio.file.Path;

/** What an export or import did, in a line or as one JSON object. */
final class ExchangeListing {
    private ExchangeListing() {}

    static String text(String what, Path path, ExchangeReport report) {
        return what + ": " + path + " (" + report.format().text() + ") with " + report.rows() + " rows"
                + (report.format() == ExchangeFormat.TENSORDICT ? ", " + report.elements() + " transitions" : "")
                + ", " + report.episodes() + " episodes\n"
                + (report.gone() > 0 ? "left the window meanwhile: " + report.gone() + " rows\n" : "")
                + (report.damaged() > 0
                        ? "NOT SOUND: " + report.damaged() + " damaged rows were left out; check the memory\n"
                        : "");
    }

    static String json(ExchangeReport report) {
        return "{\"path\": " + JsonText.quote(report.path().toString()) + ", \"format\": "
                + JsonText.quote(report.format().text()) + ", \"rows\": " + report.rows() + ", \"elements\": "
                + report.elements() + ", \"episodes\": " + report.episodes() + ", \"gone\": " + report.gone()
                + ", \"damaged\": " + report.damaged() + "}\n";
    }
}
