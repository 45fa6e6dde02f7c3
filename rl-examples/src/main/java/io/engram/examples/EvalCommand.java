package io.engram.examples;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import io.engram.replay.SplitMix64;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code eval}: plays greedily with a network of a run. */
@Command(
        name = "eval",
        description = "Plays with the best network of a run, or the latest; never at random. Tells the mean return.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EvalCommand implements Callable<Integer> {
    @Option(names = "--dir", required = true, paramLabel = "DIR", description = "Where the run is kept.")
    @SuppressWarnings("NullAway.Init") // Required, so set by picocli.
    private Path dir;

    @Option(
            names = "--episodes",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many episodes; ${DEFAULT-VALUE} unless said.")
    private int episodes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "2",
            description = "Decides where the episodes start; ${DEFAULT-VALUE} unless said. Training evaluates with 1.")
    private long seed;

    @Option(names = "--latest", description = "Play with the network of the newest snapshot, not with the best one.")
    private boolean latest;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (episodes < 1) {
            throw new UsageException("--episodes=" + episodes + ", expected at least 1");
        }
        RunDirectory directory = new RunDirectory(dir);
        Checkpoint checkpoint = latest ? latest(directory) : best(directory);
        RunIdentity identity = RunIdentity.restore(checkpoint);
        Engine engine = PyTorch.load();
        try (NDManager manager = engine.newBaseManager()) {
            QNetwork network = Agent.network(
                    manager,
                    Environments.make(identity.environment(), new SplitMix64(0)),
                    identity.settings(),
                    new SplitMix64(0));
            network.restore("online", checkpoint);
            Evaluation evaluation = Evaluation.play(network, identity.environment(), episodes, seed);
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    Locale.ROOT,
                    "%s: mean return %.2f, standard deviation %.2f over %d episodes; network of step %,d%n",
                    identity.environment(),
                    evaluation.mean(),
                    evaluation.deviation(),
                    evaluation.episodes(),
                    checkpoint.getLong("step"));
            out.flush();
        }
        return ExitCode.OK;
    }

    private Checkpoint best(RunDirectory directory) {
        if (!Files.exists(directory.best())) {
            throw new RunException("there is no trained network in " + dir + ": " + directory.best() + " is missing");
        }
        return Checkpoint.read(directory.best());
    }

    private Checkpoint latest(RunDirectory directory) {
        RunState state = RunStart.latest(directory, spec.commandLine().getErr()).state();
        if (state == null) {
            throw new RunException(
                    "there is no trained network in " + dir + ": " + directory.memory() + " has no snapshot of a run");
        }
        return state.run();
    }
}
