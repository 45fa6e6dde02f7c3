package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.CheckReport;
import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import java.util.Comparator;

/** A report for people: what was changed, what was found, the worst first, and how much was looked at. */
final class ReportText {
    private ReportText() {}

    static String of(CheckReport report) {
        StringBuilder text = new StringBuilder();
        report.repairs()
                .forEach(repair -> text.append("repaired: ").append(repair).append('\n'));
        report.findings().stream()
                .sorted(Comparator.comparing(Finding::severity).reversed())
                .forEach(finding -> text.append(finding).append('\n'));
        CheckReport.Counts counts = report.counts();
        text.append("checked ")
                .append(counts.files())
                .append(" files: ")
                .append(counts.segments())
                .append(" segments (")
                .append(counts.sealedSegments())
                .append(" sealed) with ")
                .append(counts.rows())
                .append(" rows, ")
                .append(counts.pages())
                .append(" journal pages with ")
                .append(counts.records())
                .append(" records, ")
                .append(counts.indexes())
                .append(" priority indexes with ")
                .append(counts.leaves())
                .append(" leaves, ")
                .append(counts.snapshots())
                .append(" snapshots\n");
        return text.append(report.isSound() ? "sound: " : "NOT SOUND: ")
                .append(report.count(Severity.ERROR))
                .append(" errors, ")
                .append(report.count(Severity.WARNING))
                .append(" warnings, ")
                .append(report.count(Severity.INFORMATION))
                .append(" notes in ")
                .append(report.directory())
                .append('\n')
                .toString();
    }
}
