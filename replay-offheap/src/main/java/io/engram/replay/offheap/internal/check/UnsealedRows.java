package io.engram.replay.offheap.internal.check;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.ring.Stamp;
import io.engram.replay.offheap.internal.store.RowReader;
import io.engram.replay.offheap.internal.store.Superblock;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.agrona.UnsafeApi;

/**
 * Checks the slots of a segment that is not sealed. What an opening drops or mends there is information, because it
 * cannot be told from what a power loss leaves. For one thread.
 */
final class UnsealedRows {
    private final SegmentGeometry geometry;
    private final RowLayout layout;
    private final EpisodeBook book;
    private final Findings findings;
    private final RowReader reader;

    /** What slots can hold beside rows and nothing, and where. */
    private enum Other {
        TORN(Severity.INFORMATION, "rows do not match their checksums"),
        UNTOLD(Severity.INFORMATION, "rows are of episodes that the journal does not know"),
        WRITING(Severity.INFORMATION, "rows were being written when the process died"),
        HOLE(Severity.INFORMATION, "slots before the last row hold none"),
        IMPOSSIBLE(Severity.WARNING, "slots hold stamps that make no sense there");

        private final Severity severity;
        private final String problem;

        Other(Severity severity, String problem) {
            this.severity = severity;
            this.problem = problem;
        }
    }

    UnsealedRows(Superblock superblock, EpisodeBook book, Findings findings) {
        this.geometry = superblock.geometry();
        this.layout = superblock.schema().rowLayout();
        this.book = book;
        this.findings = findings;
        this.reader = new RowReader(geometry);
    }

    /** {@code rows}: the address of the first. */
    void check(Path file, long ordinal, long rows) {
        long first = geometry.firstSequence(ordinal);
        Map<Other, Tally> others = new EnumMap<>(Other.class);
        Tally holes = new Tally();
        for (int i = 0; i < geometry.rows(); i++) {
            long address = rows + (long) i * geometry.stride();
            long stamp = UnsafeApi.getLong(address);
            long sequence = first + i;
            if (Stamp.isPublished(stamp, sequence)) {
                if (!reader.isWhole(address)) {
                    tally(others, Other.TORN).add(sequence);
                } else if (!book.entries().containsKey(reader.row().getLong(RowDescriptor.EPISODE_OFFSET))) {
                    tally(others, Other.UNTOLD).add(sequence);
                } else {
                    findings.rows++;
                    requireSense(file, address - rows + SegmentGeometry.ROWS_OFFSET);
                    tally(others, Other.HOLE).addAll(holes);
                    holes = new Tally();
                }
            } else if (stamp == Stamp.of(sequence, Stamp.WRITING)) {
                tally(others, Other.WRITING).add(sequence);
            } else if (!isPossible(stamp, sequence)) {
                tally(others, Other.IMPOSSIBLE).add(sequence);
            } else if (Stamp.isOlder(stamp, sequence)) {
                holes.add(sequence);
            }
        }
        others.forEach((other, tally) -> tell(file, other, first, tally));
    }

    private static Tally tally(Map<Other, Tally> others, Other other) {
        return others.computeIfAbsent(other, none -> new Tally());
    }

    /** Closed, or of an earlier use of the same slot of the file. */
    private boolean isPossible(long stamp, long sequence) {
        int state = Stamp.state(stamp);
        long stamped = Stamp.sequence(stamp);
        boolean flagged = Stamp.flags(stamp) != 0 && state != Stamp.PUBLISHED;
        boolean ofSlot = (stamped & (geometry.rows() - 1)) == (sequence & (geometry.rows() - 1));
        return stamp == Stamp.FRESH
                || (!flagged
                        && ofSlot
                        && stamped <= sequence
                        && (stamped != sequence || state != Stamp.PUBLISHED)
                        && state <= Stamp.ERASED);
    }

    private void requireSense(Path file, long offset) {
        String wrong = RowSense.wrong(reader.row(), layout);
        if (wrong != null) {
            findings.add(new Finding(
                    Severity.ERROR,
                    file,
                    offset,
                    "a row makes no sense",
                    wrong,
                    "",
                    "report it: its checksum is right, so it was written like that"));
        }
    }

    private void tell(Path file, Other other, long first, Tally sequences) {
        if (sequences.count == 0) {
            return;
        }
        findings.add(new Finding(
                other.severity,
                file,
                SegmentGeometry.ROWS_OFFSET + (sequences.first - first) * geometry.stride(),
                other.problem,
                "rows=" + sequences.count + ", first sequence=" + sequences.first,
                "",
                "nothing need be: the next opening closes these slots"));
    }
}
