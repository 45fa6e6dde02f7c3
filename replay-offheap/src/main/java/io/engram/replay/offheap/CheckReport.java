package io.engram.replay.offheap;

import java.nio.file.Path;
import java.util.List;

/**
 * What a {@link StoreCheck} found. Immutable.
 *
 * @param directory of the memory
 * @param counts how much was looked at
 * @param findings file by file
 * @param repairs what was changed and what was lost by it; empty unless a repair was asked for
 */
public record CheckReport(Path directory, Counts counts, List<Finding> findings, List<String> repairs) {
    /** How bad a finding is. */
    public enum Severity {
        /** What a kill or a power loss leaves and the next opening puts in order without losing what was durable. */
        INFORMATION,
        /** Something that is not as it should be, and harms nothing that the memory still reads. */
        WARNING,
        /** Data that is damaged or missing: opening would refuse the directory, or not notice. */
        ERROR
    }

    /**
     * Something that was found.
     *
     * @param severity how bad it is
     * @param file where
     * @param offset bytes from the file's start, or -1
     * @param problem what it is
     * @param found what is there, or empty if the problem says it
     * @param expected what should be there, or empty
     * @param remedy what can be done
     */
    public record Finding(
            Severity severity, Path file, long offset, String problem, String found, String expected, String remedy) {
        /** In one line, as messages of exceptions are. */
        @Override
        public String toString() {
            return severity + ": " + problem + ": file=" + file + (offset < 0 ? "" : ", offset=" + offset)
                    + (found.isEmpty() ? "" : ", found " + found)
                    + (expected.isEmpty() ? "" : ", expected " + expected) + "; " + remedy;
        }
    }

    /**
     * How much was looked at; of a memory's snapshots only how many there are, and their files.
     *
     * @param files of all kinds
     * @param segments files of rows
     * @param sealedSegments those of them whose rows never change
     * @param rows whole rows
     * @param pages files of the journal
     * @param records whole records in them
     * @param indexes files of priorities
     * @param leaves words in them
     * @param snapshots manifests
     */
    public record Counts(
            long files,
            long segments,
            long sealedSegments,
            long rows,
            long pages,
            long records,
            long indexes,
            long leaves,
            long snapshots) {}

    /**
     * Copies the lists.
     *
     * @param directory of the memory
     * @param counts how much was looked at
     * @param findings file by file
     * @param repairs what was changed
     */
    public CheckReport {
        findings = List.copyOf(findings);
        repairs = List.copyOf(repairs);
    }

    /**
     * Whether the memory is sound.
     *
     * @return false if there is an error among the findings
     */
    public boolean isSound() {
        return count(Severity.ERROR) == 0;
    }

    /**
     * How many findings there are of a severity.
     *
     * @param severity which
     * @return at least 0
     */
    public long count(Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }
}
