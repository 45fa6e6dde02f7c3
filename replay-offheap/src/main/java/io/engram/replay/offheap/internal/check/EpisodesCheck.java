package io.engram.replay.offheap.internal.check;

import io.engram.replay.RowLayout;
import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Checks what the journal says of episodes against their rows. For one thread. */
final class EpisodesCheck {
    private final Path journal;
    private final RowLayout layout;
    private final HeldRows rows;
    private final Findings findings;

    EpisodesCheck(Path journal, RowLayout layout, HeldRows rows, Findings findings) {
        this.journal = journal;
        this.layout = layout;
        this.rows = rows;
        this.findings = findings;
    }

    /** {@code going}: episodes that go on where the memory is made from the snapshot. */
    void check(EpisodeBook book, Set<Long> going) {
        long open = 0;
        long lost = 0;
        long erased = 0;
        for (Map.Entry<Long, EpisodeBook.Entry> each : book.entries().entrySet()) {
            EpisodeBook.End end = each.getValue().end();
            if (end == null) {
                open += going.contains(each.getKey()) ? 0 : 1;
            } else if (rows.isErased(end.last())) {
                // Rows were erased, and not the episode: what is said of it stays.
                erased++;
            } else if (end.last() >= rows.head() || (isUnsealed(end.last()) && !rows.isRow(end.last()))) {
                lost++;
            } else if (isHeld(end.last())) {
                requireRows(each.getKey(), end);
            }
        }
        tell(open, "episodes have no end");
        tell(lost, "the last rows of episodes are gone");
        if (erased > 0) {
            findings.add(new Finding(
                    Severity.INFORMATION,
                    journal,
                    -1,
                    "the last rows of episodes were erased",
                    "episodes=" + erased,
                    "",
                    "nothing need be"));
        }
    }

    private boolean isHeld(long sequence) {
        return sequence >= Math.max(rows.tail(), rows.floor());
    }

    private boolean isUnsealed(long sequence) {
        return isHeld(sequence) && rows.isUnsealed(sequence);
    }

    private void requireRows(long episode, EpisodeBook.End end) {
        long last = end.last();
        if (!rows.isRow(last) || rows.episode(last) != episode) {
            tell(episode, "last row=" + last, "a row of the episode");
            return;
        }
        long length = rows.step(last) + (layout == RowLayout.ARRIVAL ? 0L : 1L);
        if (end.length() != length) {
            tell(episode, "length=" + end.length(), "length=" + length);
        }
        if (isHeld(end.first())
                && !rows.isErased(end.first())
                && (!rows.isRow(end.first()) || rows.episode(end.first()) != episode)) {
            tell(episode, "first row=" + end.first(), "a row of the episode");
        }
    }

    private void tell(long episode, String found, String expected) {
        findings.add(new Finding(
                Severity.WARNING,
                journal,
                -1,
                "what the journal says of an episode is not what its rows say, episode=" + episode,
                found,
                expected,
                "nothing can be: the rows are right"));
    }

    private void tell(long episodes, String problem) {
        if (episodes > 0) {
            findings.add(new Finding(
                    Severity.INFORMATION,
                    journal,
                    -1,
                    problem,
                    "episodes=" + episodes,
                    "",
                    "nothing need be: the next opening ends them by the rows that are there"));
        }
    }
}
