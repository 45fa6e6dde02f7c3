package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.internal.store.NioFileLayer;
import io.engram.replay.offheap.internal.view.PrioritySummary;
import io.engram.replay.offheap.internal.view.StoreSummary;
import io.engram.replay.offheap.internal.view.StoreView;
import picocli.CommandLine.Command;

/** Says what a memory is and holds. */
@Command(
        name = "info",
        description = "Says what a memory or a snapshot is and holds: schema, window, rows, episodes, ages,"
                + " priorities. The memory may be in use.",
        mixinStandardHelpOptions = true)
final class InfoCommand extends DirectoryCommand {
    InfoCommand() {}

    @Override
    public Integer call() {
        try (StoreView view = StoreView.open(new NioFileLayer(), directory())) {
            Progress progress = progress("info");
            long of = view.head() - view.tail();
            StoreSummary summary = StoreSummary.of(view, System.currentTimeMillis(), seen -> progress.at(seen, of));
            InfoListing listing = new InfoListing(view, summary, PrioritySummary.of(view));
            print(isJson() ? listing.json() : listing.text());
            return listing.isSound() ? 0 : ReplayCommand.UNSOUND;
        }
    }
}
