package io.engram.replay.offheap.cli;

import io.engram.replay.Episode;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.view.RowCursor;
import io.engram.replay.offheap.internal.view.StoreView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints rows. */
@Command(
        name = "show",
        description =
                "Prints rows: those of an episode, or of a range of sequences, or the newest. The memory may be in"
                        + " use.",
        mixinStandardHelpOptions = true)
final class ShowCommand extends DirectoryCommand {
    @Option(names = "--episode", paramLabel = "NUMBER", description = "The rows of this episode.")
    private @Nullable Long episode;

    @Option(names = "--from", paramLabel = "SEQUENCE", description = "From this sequence on.")
    private @Nullable Long from;

    @Option(names = "--to", paramLabel = "SEQUENCE", description = "Up to this sequence, which is not printed.")
    private @Nullable Long to;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "At most so many; 20 unless said.")
    private long limit;

    private long shown;
    private long gone;
    private long damaged;

    ShowCommand() {}

    @Override
    public Integer call() {
        if (episode != null && (from != null || to != null)) {
            throw new IllegalArgumentException("--episode and a range were given, expected one of them");
        }
        if (limit < 1) {
            throw new IllegalArgumentException("--limit=" + limit + ", expected at least 1");
        }
        try (StoreView view = StoreView.open(new NioFileLayer(), directory())) {
            long[] range = range(view);
            RowListing listing = new RowListing(view);
            List<String> rows = new ArrayList<>();
            RowCursor cursor = view.rows();
            for (long sequence = range[0]; sequence < range[1] && shown < limit; sequence++) {
                show(cursor, sequence, listing, rows);
            }
            print(isJson() ? "{\"rows\": [\n  " + String.join(",\n  ", rows) + "\n ]}\n" : text(rows));
            return damaged == 0 ? 0 : ReplayCommand.UNSOUND;
        }
    }

    private void show(RowCursor cursor, long sequence, RowListing listing, List<String> rows) {
        RowCursor.Found found = cursor.read(sequence);
        gone += found == RowCursor.Found.GONE ? 1 : 0;
        damaged += found == RowCursor.Found.DAMAGED ? 1 : 0;
        if (found == RowCursor.Found.ROW && (episode == null || cursor.episode() == episode)) {
            rows.add(isJson() ? listing.json(sequence, cursor) : listing.text(sequence, cursor));
            shown++;
        }
    }

    private String text(List<String> rows) {
        return String.join("", rows)
                + "total: " + shown + " rows"
                + (gone > 0 ? ", " + gone + " left the window meanwhile" : "")
                + (damaged > 0 ? ", " + damaged + " damaged and left out" : "") + "\n";
    }

    private long[] range(StoreView view) {
        if (episode == null) {
            long begin = from != null ? from : to != null ? view.tail() : view.head() - limit;
            long end = to != null ? to : view.head();
            return new long[] {Math.max(view.tail(), begin), Math.min(view.head(), end)};
        }
        for (Episode each : view.episodes()) {
            if (each.number() == episode) {
                return each.lastSequence() == Episode.NO_ROW
                        ? new long[] {0, 0}
                        : new long[] {Math.max(view.tail(), each.firstSequence()), each.lastSequence() + 1};
            }
        }
        throw new IllegalArgumentException(
                "no such episode in the window: --episode=" + episode + "; 'replay ls' lists those there are");
    }
}
