package io.engram.replay.offheap.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What commands have in common that look at one directory and print text or JSON. */
abstract class DirectoryCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DIR", description = "The directory of the memory, or of a snapshot.")
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private Path directory;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    final Path directory() {
        return directory;
    }

    final boolean isJson() {
        return json;
    }

    final void print(String text) {
        Console.print(spec, text);
    }

    final Progress progress(String what) {
        return new Progress(spec.commandLine().getErr(), what);
    }
}
