package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport;
import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects what a check finds; of one file so much that a report can be read. For one thread. */
final class Findings {
    private static final int MOST_PER_FILE = 50;

    private final List<Finding> all = new ArrayList<>();
    private final List<Remedy> remedies = new ArrayList<>();
    private final Map<Path, Integer> perFile = new HashMap<>();
    private final Map<Path, Severity> untold = new HashMap<>();

    /** What was looked at; counted up by the checks. */
    long files;

    long segments;
    long sealedSegments;
    long rows;
    long pages;
    long records;
    long indexes;
    long leaves;

    void add(Finding finding) {
        if (perFile.merge(finding.file(), 1, Integer::sum) <= MOST_PER_FILE) {
            all.add(finding);
        } else {
            untold.merge(finding.file(), finding.severity(), (a, b) -> a.compareTo(b) > 0 ? a : b);
        }
    }

    void add(Remedy remedy) {
        remedies.add(remedy);
    }

    /** A fault in mapped memory: the disk could not deliver what is there. */
    void unreadable(Path file, InternalError fault) {
        refused(file, new IOException("it cannot be read: file=" + file + ": " + fault, fault));
    }

    /** What a file's decoder or an opening refuses: the message says it all. */
    void refused(Path file, Exception refusal) {
        String message = String.valueOf(refusal.getMessage());
        String problem = "opening would refuse it: " + message;
        if (all.stream().anyMatch(finding -> finding.problem().equals(problem))) {
            return;
        }
        add(new Finding(
                Severity.ERROR,
                file,
                -1,
                problem,
                "",
                "",
                message.contains("; ") ? "see the message" : "restore it from a copy"));
    }

    List<Remedy> remedies() {
        return remedies;
    }

    CheckReport report(Path directory) {
        List<Finding> told = new ArrayList<>(all);
        untold.forEach((file, severity) -> told.add(new Finding(
                severity,
                file,
                -1,
                "more findings, findings=" + (perFile.getOrDefault(file, 0) - MOST_PER_FILE),
                "",
                "",
                "see those above")));
        CheckReport.Counts counts =
                new CheckReport.Counts(files, segments, sealedSegments, rows, pages, records, indexes, leaves, 0);
        return new CheckReport(directory, counts, told, List.of());
    }
}
