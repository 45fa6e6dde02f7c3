package io.engram.replay.offheap.cli;

import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** What commands have in common that look at one directory. */
abstract class DirectoryCommand extends PrintingCommand {
    @Parameters(index = "0", paramLabel = "DIR", description = "The directory of the memory, or of a snapshot.")
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private Path directory;

    final Path directory() {
        return directory;
    }
}
