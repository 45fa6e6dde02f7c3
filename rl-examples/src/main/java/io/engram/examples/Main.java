package io.engram.examples;

import io.engram.replay.ReplayException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the examples. */
@Command(
        name = "rl-examples",
        description = "Agents that learn from an Engram replay memory.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {DqnCommand.class, EvalCommand.class, CliffwalkCommand.class, HelpCommand.class},
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed; the reason is on standard error",
            "2:wrong usage, such as an unknown option",
            "130:stopped by SIGINT (Ctrl-C), everything saved",
            "143:stopped by SIGTERM, everything saved"
        })
final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run().
    private CommandSpec spec;

    /**
     * Runs a command and ends the JVM with its exit code.
     *
     * @param arguments a subcommand and its options
     */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command line, errors told in a sentence. */
    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setExecutionExceptionHandler((exception, command, parsed) -> {
            PrintWriter err = command.getErr();
            if (exception instanceof UsageException) {
                err.println(exception.getMessage());
                err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help' for more information.");
                return CommandLine.ExitCode.USAGE;
            }
            if (exception instanceof RunException
                    || exception instanceof CheckpointException
                    || exception instanceof ReplayException) {
                err.println("error: " + exception.getMessage());
            } else {
                err.println("error: " + exception);
                if (!(exception instanceof IOException) && !(exception instanceof UncheckedIOException)) {
                    exception.printStackTrace(err);
                }
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
        commandLine.setParameterExceptionHandler((exception, arguments) -> {
            CommandLine command = exception.getCommandLine();
            command.getErr().println(exception.getMessage());
            command.getErr()
                    .println("Try '" + command.getCommandSpec().qualifiedName() + " --help' for more information.");
            return CommandLine.ExitCode.USAGE;
        });
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: dqn, eval or cliffwalk");
    }

    /** The version in the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"rl-examples " + (version == null ? "(not from a jar)" : version)};
        }
    }
}
