package io.engram.replay.offheap.cli;

import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.Retention;
import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.SnapshotException;
import io.engram.replay.offheap.Snapshots;
import io.engram.replay.offheap.StoreLockedException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks after a memory's snapshots. */
@Command(
        name = "snapshot",
        description = "Lists, takes, deletes, restores and forks the snapshots of a memory.",
        mixinStandardHelpOptions = true)
final class SnapshotCommand implements Runnable {
    private static final String DIR = "The directory of the memory.";
    private static final String NAME = "The name of the snapshot.";

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before anything is called.
    private CommandSpec spec;

    SnapshotCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing required subcommand");
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    @Command(
            name = "list",
            description = "Lists the snapshots, oldest first, with what deleting each would free (own bytes) and what"
                    + " it has together with others (shared bytes). The memory may be in use.",
            mixinStandardHelpOptions = true)
    int list(
            @Parameters(paramLabel = "DIR", description = DIR) Path directory,
            @Option(names = "--json", description = "Print one JSON object.") boolean json) {
        List<Snapshot> snapshots = Snapshots.of(directory).list();
        out().print(json ? SnapshotListing.json(snapshots) : SnapshotListing.table(snapshots));
        out().flush();
        return 0;
    }

    @Command(
            name = "create",
            description = "Opens a memory that nobody has open, and takes a snapshot of it.",
            mixinStandardHelpOptions = true)
    int create(
            @Parameters(paramLabel = "DIR", description = DIR) Path directory,
            @Parameters(paramLabel = "NAME", description = NAME) String name) {
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.open(directory)) {
            Snapshot snapshot = memory.snapshot(name);
            out().printf(
                            "created: %s with %d rows, %d bytes of its own%n",
                            snapshot.directory(), snapshot.size(), snapshot.ownBytes());
            return 0;
        } catch (StoreLockedException e) {
            throw new SnapshotException(
                    "the process that has the memory open takes its snapshots itself, by calling snapshot(): "
                            + e.getMessage(),
                    e);
        }
    }

    @Command(
            name = "delete",
            description = "Deletes snapshots. The memory may be in use.",
            mixinStandardHelpOptions = true)
    int delete(
            @Parameters(paramLabel = "DIR", description = DIR) Path directory,
            @Parameters(paramLabel = "NAME", arity = "1..*", description = "The names of the snapshots.")
                    List<String> names) {
        for (String name : names) {
            Snapshots.of(directory).delete(name);
            out().printf("deleted: %s%n", name);
        }
        return 0;
    }

    @Command(
            name = "restore",
            description = "Makes a memory that nobody has open go back to a snapshot. What was appended since is gone,"
                    + " but for what other snapshots hold.",
            mixinStandardHelpOptions = true)
    int restore(
            @Parameters(paramLabel = "DIR", description = DIR) Path directory,
            @Parameters(paramLabel = "NAME", description = NAME) String name) {
        Snapshots snapshots = Snapshots.of(directory);
        snapshots.restore(name);
        out().printf(
                        "restored: %s to %s with %d rows%n",
                        directory, name, snapshots.get(name).size());
        return 0;
    }

    @Command(
            name = "fork",
            description = "Makes another memory of a snapshot. It shares what does not change, and the memory may be in"
                    + " use.",
            mixinStandardHelpOptions = true)
    int fork(
            @Parameters(paramLabel = "DIR", description = DIR) Path directory,
            @Parameters(paramLabel = "NAME", description = NAME) String name,
            @Parameters(
                            paramLabel = "NEW_DIR",
                            description = "The directory of the new memory: one that does not exist or is empty.")
                    Path newDirectory) {
        Snapshots snapshots = Snapshots.of(directory);
        snapshots.fork(name, newDirectory);
        out().printf(
                        "forked: %s from %s with %d rows%n",
                        newDirectory, name, snapshots.get(name).size());
        return 0;
    }

    @Command(
            name = "retain",
            description = "Deletes the snapshots that a rule does not keep. The memory may be in use.",
            mixinStandardHelpOptions = true)
    int retain(
            @Parameters(paramLabel = "DIR", description = DIR) Path directory,
            @Option(names = "--last", paramLabel = "K", required = true, description = "Keep the newest K.") int last,
            @Option(
                            names = "--every",
                            paramLabel = "N",
                            description = "And each whose number is a multiple of N.",
                            defaultValue = "0")
                    long every) {
        for (String name : Snapshots.of(directory).retain(new Retention(last, every))) {
            out().printf("deleted: %s%n", name);
        }
        return 0;
    }
}
