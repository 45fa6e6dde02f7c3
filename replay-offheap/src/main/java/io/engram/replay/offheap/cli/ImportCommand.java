package io.engram.replay.offheap.cli;

import io.engram.replay.Schema;
import io.engram.replay.offheap.exchange.ExchangeFormat;
import io.engram.replay.offheap.exchange.ExchangeReport;
import io.engram.replay.offheap.exchange.Import;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a memory of rows that were exported. */
@Command(
        name = "import",
        description = "Makes a new memory of rows that were exported, or that another tool wrote in the same columns.",
        mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SOURCE", description = "The file, or the directory of a TensorDict.")
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private Path source;

    @Parameters(index = "1", paramLabel = "DIR", description = "The new memory's directory, which must not exist.")
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private Path directory;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "npy, npz or tensordict; unless said as the source's name ends.")
    private @Nullable String format;

    @Option(
            names = "--schema",
            paramLabel = "FILE",
            description = "The schema of rows that do not bring their own, as text: a line 'layout arrival' or 'layout"
                    + " self-contained', then a line a field, such as 'state observation f32[4]'.")
    private @Nullable Path schema;

    @Option(
            names = "--capacity",
            paramLabel = "ROWS",
            description = "How many rows the memory keeps; unless said as many as before.")
    private @Nullable Long capacity;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    ImportCommand() {}

    @Override
    public Integer call() {
        ExchangeFormat chosen = format == null ? ExchangeFormat.of(source) : ExchangeFormat.fromText(format);
        Import made = Import.of(source, chosen)
                .progress(new Progress(spec.commandLine().getErr(), "import"));
        if (schema != null) {
            made.schema(read(schema));
        }
        if (capacity != null) {
            made.capacity(capacity);
        }
        ExchangeReport report = made.to(directory);
        Console.print(spec, json ? ExchangeListing.json(report) : ExchangeListing.text("imported", directory, report));
        return 0;
    }

    private static Schema read(Path file) {
        try {
            return Schema.fromText(Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalArgumentException("the schema cannot be read: file=" + file + ": " + e, e);
        }
    }
}
