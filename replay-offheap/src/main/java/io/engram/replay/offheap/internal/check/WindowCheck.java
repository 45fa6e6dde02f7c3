package io.engram.replay.offheap.internal.check;

import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.ring.RowDescriptor;
import io.engram.replay.offheap.internal.ring.Segment;
import io.engram.replay.offheap.internal.ring.SegmentGeometry;
import io.engram.replay.offheap.internal.store.Rehearsal;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks what rows say of each other, and of their episodes: links back and forth, and that the journal knows each. For
 * one thread.
 */
final class WindowCheck {
    private final SegmentGeometry geometry;
    private final Rehearsal rehearsal;
    private final HeldRows rows;
    private final EpisodeBook book;
    private final Findings findings;

    WindowCheck(SegmentGeometry geometry, Rehearsal rehearsal, HeldRows rows, Findings findings) {
        this.geometry = geometry;
        this.rehearsal = rehearsal;
        this.rows = rows;
        this.book = rehearsal.book();
        this.findings = findings;
    }

    /** {@code left}: files of which nothing is to be said. */
    void check(Set<Path> left) {
        for (Segment segment : rehearsal.recovered().segments()) {
            if (!left.contains(rehearsal.file(segment))) {
                check(rehearsal.file(segment), segment);
            }
        }
    }

    private void check(Path file, Segment segment) {
        long first = geometry.firstSequence(segment.ordinal());
        Tally stale = new Tally();
        Tally lonely = new Tally();
        for (long sequence = first; sequence < first + geometry.rows(); sequence++) {
            if (rows.link(sequence) != 0 && !isConfirmed(sequence)) {
                stale.add(sequence);
            }
            if (sequence < rows.tail() || !rows.isRow(sequence)) {
                continue;
            }
            requireRecorded(file, sequence);
            int back = rows.back(sequence);
            long before = sequence - back;
            if (back > 0 && back < RowDescriptor.BACK_TOO_FAR && before >= Math.max(rows.tail(), rows.floor())) {
                if (!rows.isRow(before)) {
                    lonely.add(sequence);
                } else {
                    requireBefore(file, sequence, before);
                }
            }
        }
        tell(file, linkOffset(stale.first), stale, "links lead nowhere: hints that no row confirms, counted as none");
        tell(file, rowOffset(lonely.first), lonely, "rows before these in their episodes are gone");
    }

    private boolean isConfirmed(long sequence) {
        int link = rows.link(sequence);
        long linked = sequence + link;
        return link > 0 && linked < rows.head() && rows.isRow(linked) && rows.back(linked) == link;
    }

    private void requireRecorded(Path file, long sequence) {
        long episode = rows.episode(sequence);
        int stream = rows.stream(sequence);
        EpisodeBook.Entry entry = book.entries().get(episode);
        EpisodeBook.@Nullable Begin begin = entry == null ? null : entry.begin();
        String found = begin == null ? "no BEGIN" : "stream=" + begin.stream() + ", head=" + begin.head();
        boolean told = begin != null
                && begin.stream() == stream
                && begin.head() <= sequence
                && book.streams().containsKey(stream);
        if (!told) {
            tellRow(
                    file,
                    sequence,
                    "the journal does not know the row's episode or stream",
                    found,
                    "a BEGIN of episode=" + episode + " in stream=" + stream + " at or before sequence=" + sequence);
        }
    }

    private void requireBefore(Path file, long sequence, long before) {
        if (rows.episode(before) != rows.episode(sequence) || rows.step(before) != rows.step(sequence) - 1) {
            tellRow(
                    file,
                    sequence,
                    "a row's link back leads to another episode or step",
                    "sequence=" + before + ", episode=" + rows.episode(before) + ", step=" + rows.step(before),
                    "episode=" + rows.episode(sequence) + ", step=" + (rows.step(sequence) - 1));
        }
    }

    private void tellRow(Path file, long sequence, String problem, String found, String expected) {
        findings.add(new Finding(
                Severity.ERROR,
                file,
                rowOffset(sequence),
                problem,
                found,
                expected,
                "restore journal and segments from a copy of the same moment"));
    }

    private void tell(Path file, long offset, Tally gathered, String problem) {
        if (gathered.count > 0) {
            findings.add(new Finding(
                    Severity.INFORMATION,
                    file,
                    offset,
                    problem,
                    "rows=" + gathered.count + ", first sequence=" + gathered.first,
                    "",
                    "nothing need be"));
        }
    }

    private long rowOffset(long sequence) {
        return SegmentGeometry.ROWS_OFFSET + (sequence & (geometry.rows() - 1)) * geometry.stride();
    }

    private long linkOffset(long sequence) {
        return geometry.linksOffset() + (sequence & (geometry.rows() - 1)) * Integer.BYTES;
    }
}
