package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.exchange.ExchangeFormat;
import io.engram.replay.offheap.exchange.ExchangeReport;
import io.engram.replay.offheap.exchange.Export;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes rows for other tools. */
@Command(
        name = "export",
        description = "Writes the rows of a memory or a snapshot for other tools, with streams, episodes, subjects and"
                + " tags; not with priorities. The memory may be in use.",
        mixinStandardHelpOptions = true)
final class ExportCommand extends DirectoryCommand {
    @Parameters(
            index = "1",
            paramLabel = "TARGET",
            description = "The new file, or the new directory of a TensorDict; nothing is overwritten.")
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private Path target;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "npy (a structured array), npz (an array for each column) or tensordict (a directory); unless"
                    + " said as the target's name ends.")
    private @Nullable String format;

    ExportCommand() {}

    @Override
    public Integer call() {
        ExchangeFormat chosen = format == null ? ExchangeFormat.of(target) : ExchangeFormat.fromText(format);
        ExchangeReport report =
                Export.of(directory()).progress(progress("export")).to(target, chosen);
        print(isJson() ? ExchangeListing.json(report) : ExchangeListing.text("exported", target, report));
        return report.damaged() == 0 ? 0 : ReplayCommand.UNSOUND;
    }
}
