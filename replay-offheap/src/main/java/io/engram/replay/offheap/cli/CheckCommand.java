package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.CheckReport;
import io.engram.replay.offheap.StoreCheck;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a memory's directory. */
@Command(
        name = "check",
        description = "Checks every file, row and record of a memory that nobody has open, and its snapshots; or one"
                + " snapshot alone. Changes nothing unless asked to repair, and snapshots never.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DIR", description = "The directory of the memory, or of a snapshot.")
    @SuppressWarnings("NullAway.Init") // Set by picocli before call().
    private Path directory;

    @Option(
            names = "--repair",
            description = "Then do what can be done without losing good data: remove leftovers and unreadable"
                    + " priorities, have damaged rows dropped. Says what it changes and what is lost.")
    private boolean repair;

    @Option(names = "--json", description = "Print the report as one JSON object.")
    private boolean json;

    CheckCommand() {}

    @Override
    public Integer call() {
        StoreCheck check = StoreCheck.of(directory);
        CheckReport report = repair ? check.repair() : check.run();
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? ReportJson.of(report) : ReportText.of(report));
        out.flush();
        return report.isSound() ? 0 : ReplayCommand.UNSOUND;
    }
}
