package io.engram.replay.offheap.cli;

import java.nio.file.Path;
import picocli.CommandLine.Parameters;

/** What commands have in common that are about a memory with all its snapshots. */
abstract class MemoryCommand extends PrintingCommand {
    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "The directory of the memory. Its snapshots are reached from there.")
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private Path directory;

    final Path directory() {
        return directory;
    }
}
