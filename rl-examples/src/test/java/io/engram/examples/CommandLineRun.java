package io.engram.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** Runs commands in this process and keeps what the last one said. */
final class CommandLineRun {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** Runs a command, its words apart by blanks, and returns the exit code. */
    int run(String arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(
                arguments.isBlank() ? new String[0] : arguments.strip().split(" +", -1));
    }

    /** Standard output of the last command. */
    String out() {
        return out.toString();
    }

    /** Standard error of the last command. */
    String err() {
        return err.toString();
    }
}
