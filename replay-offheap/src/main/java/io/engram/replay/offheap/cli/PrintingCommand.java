package io.engram.replay.offheap.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What commands have in common that print text or JSON. */
abstract class PrintingCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    final boolean isJson() {
        return json;
    }

    final void print(String text) {
        Console.print(spec, text);
    }

    final void warn(String text) {
        spec.commandLine().getErr().println(text);
        spec.commandLine().getErr().flush();
    }

    final Progress progress(String what) {
        return new Progress(spec.commandLine().getErr(), what);
    }
}
