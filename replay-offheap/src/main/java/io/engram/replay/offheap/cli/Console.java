package io.engram.replay.offheap.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/** Where commands print. */
final class Console {
    private Console() {}

    static void print(CommandSpec spec, String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }
}
