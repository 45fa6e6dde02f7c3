package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.CheckReport;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A report for programs: one JSON object, in ASCII. */
final class ReportJson {
    private static final char FIRST_PRINTABLE = ' ';
    private static final char LAST_PRINTABLE = '~';

    private ReportJson() {}

    static String of(CheckReport report) {
        return "{\"directory\": " + text(report.directory().toString()) + ",\n \"sound\": " + report.isSound()
                + ",\n \"counts\": " + counts(report.counts()) + ",\n \"repairs\": "
                + array(report.repairs().stream().map(ReportJson::text).toList()) + ",\n \"findings\": "
                + array(report.findings().stream().map(ReportJson::finding).toList()) + "}\n";
    }

    private static String counts(CheckReport.Counts counts) {
        return "{\"files\": " + counts.files() + ", \"segments\": " + counts.segments() + ", \"sealedSegments\": "
                + counts.sealedSegments() + ", \"rows\": " + counts.rows() + ", \"pages\": " + counts.pages()
                + ", \"records\": " + counts.records() + ", \"indexes\": " + counts.indexes() + ", \"leaves\": "
                + counts.leaves() + ", \"snapshots\": " + counts.snapshots() + "}";
    }

    private static String finding(CheckReport.Finding finding) {
        return "{\"severity\": " + text(finding.severity().name().toLowerCase(Locale.ROOT)) + ", \"file\": "
                + text(finding.file().toString())
                + (finding.offset() < 0 ? "" : ", \"offset\": " + finding.offset())
                + ", \"problem\": " + text(finding.problem()) + ", \"found\": " + text(finding.found())
                + ", \"expected\": " + text(finding.expected()) + ", \"remedy\": " + text(finding.remedy()) + "}";
    }

    private static String array(List<String> values) {
        return values.isEmpty() ? "[]" : values.stream().collect(Collectors.joining(",\n  ", "[\n  ", "]"));
    }

    /** A string as JSON has it. */
    static String text(String value) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < FIRST_PRINTABLE || c > LAST_PRINTABLE) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
