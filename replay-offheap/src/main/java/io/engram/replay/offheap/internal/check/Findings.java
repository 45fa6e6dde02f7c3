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
    long snapshots;

    /** Findings that are errors. */
    long errors;

    void add(Finding finding) {
        errors += finding.severity() == Severity.ERROR ? 1 : 0;
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

    /** Takes what was found in a snapshot. It is never changed, so what can be done is to do without it. */
    void addSnapshot(Findings snapshot, Path directory) {
        for (Finding finding : snapshot.told()) {
            add(
                    finding.severity() != Severity.ERROR
                            ? finding
                            : new Finding(
                                    finding.severity(),
                                    finding.file(),
                                    finding.offset(),
                                    finding.problem(),
                                    finding.found(),
                                    finding.expected(),
                                    "restore the snapshot from a copy, or delete it: " + directory.getFileName()));
        }
        files += snapshot.files;
        snapshots++;
    }

    List<Remedy> remedies() {
        return remedies;
    }

    private List<Finding> told() {
        List<Finding> told = new ArrayList<>(all);
        untold.forEach((file, severity) -> told.add(new Finding(
                severity,
                file,
                -1,
                "more findings, findings=" + (perFile.getOrDefault(file, 0) - MOST_PER_FILE),
                "",
                "",
                "see those above")));
        return told;
    }

    CheckReport report(Path directory) {
        CheckReport.Counts counts = new CheckReport.Counts(
                files, segments, sealedSegments, rows, pages, records, indexes, leaves, snapshots);
        return new CheckReport(directory, counts, told(), List.of());
    }
}
