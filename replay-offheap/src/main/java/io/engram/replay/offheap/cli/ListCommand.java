package io.engram.replay.offheap.cli;

import io.engram.replay.Episode;
import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.view.StoreView;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists episodes. */
@Command(
        name = "ls",
        description = "Lists the episodes that are open or have rows in the window. The memory may be in use.",
        mixinStandardHelpOptions = true)
final class ListCommand extends DirectoryCommand {
    /** What episodes are sorted by. */
    enum Order {
        /** The oldest first. */
        NUMBER,
        /** The best first, those without a return last. */
        RETURN,
        /** The longest first. */
        LENGTH;

        private Comparator<Episode> comparator() {
            return switch (this) {
                case NUMBER -> Comparator.comparingLong(Episode::number);
                case RETURN ->
                    Comparator.<Episode>comparingDouble(episode -> Double.isNaN(episode.totalReward())
                                    ? Double.NEGATIVE_INFINITY
                                    : episode.totalReward())
                            .reversed();
                case LENGTH -> Comparator.comparingLong(Episode::length).reversed();
            };
        }
    }

    @Option(names = "--stream", paramLabel = "NAME", description = "Only episodes of this stream.")
    private @Nullable String stream;

    @Option(names = "--subject", paramLabel = "SUBJECT", description = "Only episodes about this subject.")
    private @Nullable String subject;

    @Option(names = "--tag", paramLabel = "TAG", description = "Only episodes with this tag.")
    private @Nullable String tag;

    @Option(
            names = "--sort",
            paramLabel = "KEY",
            defaultValue = "number",
            description = "By number (the oldest first), return or length (the highest first).")
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private Order order;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "9223372036854775807", description = "At most so many.")
    private long limit;

    ListCommand() {}

    @Override
    public Integer call() {
        if (limit < 0) {
            throw new IllegalArgumentException("--limit=" + limit + ", expected at least 0");
        }
        try (StoreView view = StoreView.open(new NioFileLayer(), directory())) {
            List<Episode> all = view.episodes();
            List<Episode> chosen = all.stream()
                    .filter(each -> stream == null || stream.equals(each.stream()))
                    .filter(each ->
                            subject == null || subject.equals(each.label().subject()))
                    .filter(each -> tag == null || each.label().tags().contains(tag))
                    .sorted(order.comparator())
                    .limit(limit)
                    .toList();
            print(isJson() ? EpisodeListing.json(chosen) : EpisodeListing.table(chosen, all.size()));
            return 0;
        }
    }
}
