package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.CheckReport;
import io.engram.replay.offheap.internal.text.JsonText;
import java.util.Locale;

/** A report for programs: one JSON object, in ASCII. */
final class ReportJson {
    private ReportJson() {}

    static String of(CheckReport report) {
        return "{\"directory\": " + JsonText.quote(report.directory().toString()) + ",\n \"sound\": " + report.isSound()
                + ",\n \"counts\": " + counts(report.counts()) + ",\n \"repairs\": "
                + JsonText.array(report.repairs().stream().map(JsonText::quote).toList()) + ",\n \"findings\": "
                + JsonText.array(
                        report.findings().stream().map(ReportJson::finding).toList()) + "}\n";
    }

    private static String counts(CheckReport.Counts counts) {
        return "{\"files\": " + counts.files() + ", \"segments\": " + counts.segments() + ", \"sealedSegments\": "
                + counts.sealedSegments() + ", \"rows\": " + counts.rows() + ", \"pages\": " + counts.pages()
                + ", \"records\": " + counts.records() + ", \"indexes\": " + counts.indexes() + ", \"leaves\": "
                + counts.leaves() + ", \"snapshots\": " + counts.snapshots() + "}";
    }

    private static String finding(CheckReport.Finding finding) {
        return "{\"severity\": " + JsonText.quote(finding.severity().name().toLowerCase(Locale.ROOT)) + ", \"file\": "
                + JsonText.quote(finding.file().toString())
                + (finding.offset() < 0 ? "" : ", \"offset\": " + finding.offset())
                + ", \"problem\": " + JsonText.quote(finding.problem()) + ", \"found\": "
                + JsonText.quote(finding.found())
                + ", \"expected\": " + JsonText.quote(finding.expected()) + ", \"remedy\": "
                + JsonText.quote(finding.remedy()) + "}";
    }
}
