package io.engram.replay.offheap.internal.check;

import io.engram.replay.internal.LanePosition;
import io.engram.replay.offheap.CheckReport.Finding;
import io.engram.replay.offheap.CheckReport.Severity;
import io.engram.replay.offheap.internal.journal.EpisodeBook;
import io.engram.replay.offheap.internal.store.Manifest;
import java.nio.file.Path;

/** Checks where writers stood when a snapshot was taken against their rows and the journal. For one thread. */
final class PositionsCheck {
    private final Path file;
    private final EpisodeBook book;
    private final HeldRows rows;
    private final Findings findings;

    /** {@code file}: the manifest. */
    PositionsCheck(Path file, EpisodeBook book, HeldRows rows, Findings findings) {
        this.file = file;
        this.book = book;
        this.rows = rows;
        this.findings = findings;
    }

    void check(Manifest manifest) {
        for (LanePosition position : manifest.streams()) {
            if (!book.streams().containsKey(position.streamId())) {
                tell(position, "the journal does not know the stream", "streams=" + book.streams());
            } else if (position.inEpisode()) {
                checkEpisode(position);
            }
        }
    }

    private void checkEpisode(LanePosition position) {
        EpisodeBook.Entry entry = book.entries().get(position.episode());
        EpisodeBook.Begin begin = entry == null ? null : entry.begin();
        if (begin == null || begin.stream() != position.streamId()) {
            tell(position, "the journal does not know the episode", "begin=" + begin);
            return;
        }
        long previous = position.previous();
        boolean held = previous >= Math.max(rows.tail(), rows.floor());
        if ((previous < 0) != (position.step() == 0) || previous >= rows.head()) {
            tell(position, "the last row cannot be", "end=" + rows.head());
        } else if (held && !rows.isRow(previous)) {
            tell(position, "the last row is not there", "");
        } else if (held
                && (rows.episode(previous) != position.episode() || rows.step(previous) != position.step() - 1)) {
            tell(
                    position,
                    "the last row is of another episode or step",
                    "episode=" + rows.episode(previous) + ", step=" + rows.step(previous));
        }
    }

    private void tell(LanePosition position, String problem, String found) {
        findings.add(new Finding(
                Severity.WARNING,
                file,
                -1,
                "where a writer stood makes no sense: " + problem,
                found,
                "stream=" + position.streamId() + ", episode=" + position.episode() + ", next step=" + position.step()
                        + ", last row=" + position.previous(),
                "begin new episodes after a restore"));
    }
}
