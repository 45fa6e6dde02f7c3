package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.CheckReport;
import io.engram.replay.offheap.StoreCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Checks a memory's directory. */
@Command(
        name = "check",
        description = "Checks every file, row and record of a memory that nobody has open, and its snapshots; or one"
                + " snapshot alone. Changes nothing unless asked to repair, and snapshots never.",
        mixinStandardHelpOptions = true)
final class CheckCommand extends DirectoryCommand {
    @Option(
            names = "--repair",
            description = "Then do what can be done without losing good data: remove leftovers and unreadable"
                    + " priorities, have damaged rows dropped. Says what it changes and what is lost.")
    private boolean repair;

    CheckCommand() {}

    @Override
    public Integer call() {
        StoreCheck check = StoreCheck.of(directory());
        CheckReport report = repair ? check.repair() : check.run();
        print(isJson() ? ReportJson.of(report) : ReportText.of(report));
        return report.isSound() ? 0 : ReplayCommand.UNSOUND;
    }
}
