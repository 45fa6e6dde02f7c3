package io.engram.replay.offheap.cli;

import io.engram.replay.ReplayException;
import io.engram.replay.offheap.CorruptStoreException;
import io.engram.replay.offheap.TruncatedStoreException;
import io.engram.replay.offheap.exchange.ExchangeException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code replay}; its subcommands do the work. */
@Command(
        name = "replay",
        description = "Looks after Engram replay memories on disk.",
        mixinStandardHelpOptions = true,
        versionProvider = ReplayCommand.Version.class,
        subcommands = {
            InfoCommand.class,
            ListCommand.class,
            ShowCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            CheckCommand.class,
            EraseCommand.class,
            VerifyErasureCommand.class,
            SnapshotCommand.class,
            HelpCommand.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it went well, and the memory is sound",
            "1:something is wrong with the memory, or with a file to import",
            "2:wrong usage, or no such memory or snapshot, or it is in use, or a target exists"
        })
public final class ReplayCommand implements Runnable {
    /** What a command returns if the memory is damaged. */
    static final int UNSOUND = 1;
    /** What a command returns if it could not begin. */
    static final int REFUSED = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run().
    private CommandSpec spec;

    ReplayCommand() {}

    /**
     * Runs a command and ends the JVM with its exit code.
     *
     * @param arguments a subcommand and its options
     */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The whole command line; what the memory refuses is told in a sentence. */
    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new ReplayCommand());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExecutionExceptionHandler((exception, command, parsed) -> {
            PrintWriter err = command.getErr();
            if (exception instanceof ReplayException || exception instanceof IllegalArgumentException) {
                err.println("error: " + exception.getMessage());
                boolean damaged = exception instanceof CorruptStoreException
                        || exception instanceof TruncatedStoreException
                        || exception instanceof ExchangeException;
                return damaged ? UNSOUND : REFUSED;
            }
            exception.printStackTrace(err);
            return UNSOUND;
        });
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing required subcommand");
    }

    /** Tells the version that the jar's manifest has. */
    static final class Version implements CommandLine.IVersionProvider {
        Version() {}

        @Override
        public String[] getVersion() {
            String version = ReplayCommand.class.getPackage().getImplementationVersion();
            return new String[] {"replay " + (version == null ? "(not from a jar)" : version)};
        }
    }
}
