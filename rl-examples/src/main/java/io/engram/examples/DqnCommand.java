package io.engram.examples;

import ai.djl.engine.Engine;
import io.engram.replay.NStep;
import io.engram.replay.offheap.OffHeapReplayMemory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dqn}: trains an agent, or goes on training it. */
@Command(
        name = "dqn",
        description = {
            "Trains a DQN agent, or goes on if DIR holds a run: with --steps until so many steps are taken in all,"
                    + " else until it is solved (a mean return of 475 on CartPole-v1, -110 on MountainCar-v0, -100 on"
                    + " Acrobot-v1, 1 on Catch, over 100 consecutive episodes, of training or of an evaluation without"
                    + " random actions, which comes every 512 steps).",
            "A run can be stopped at any time, even by kill -9: the same command goes on from its newest snapshot, in"
                    + " the middle of the episode, and ends with the same weights as a run that was never stopped.",
            "A DIR that holds nothing but DIR/memory, a fork of a snapshot of another run's memory, is a branch of that"
                    + " run. The first command there may give it another --seed, --n-step or --[no-]double."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nFiles in DIR:%n",
        footer = {
            "  memory/             the replay memory",
            "  memory/snapshots/   its snapshots, each with networks, optimizer, counters and random states",
            "  best.bin            the network that played best, for eval",
            "  metrics.csv         a row an episode",
            "  learning-curve.png  the returns, drawn when a run ends or is stopped"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all steps taken, or solved",
            "1:failed, or not solved within --max-steps",
            "2:wrong usage, such as a --seed that is not the run's",
            "130:stopped by SIGINT (Ctrl-C), everything saved",
            "143:stopped by SIGTERM, everything saved"
        })
final class DqnCommand implements Callable<Integer> {
    @Option(names = "--dir", required = true, paramLabel = "DIR", description = "Where the run is kept.")
    @SuppressWarnings("NullAway.Init") // Required, so set by picocli.
    private Path dir;

    @Option(
            names = "--env",
            paramLabel = "NAME",
            description = "The environment: Acrobot-v1, CartPole-v1, Catch or MountainCar-v0; CartPole-v1 unless said.")
    private @Nullable String environment;

    @Option(names = "--seed", paramLabel = "N", description = "Decides everything that is random; 1 unless said.")
    private @Nullable Long seed;

    @Option(names = "--steps", paramLabel = "N", description = "End after exactly N steps in all, solved or not.")
    private @Nullable Long steps;

    @Option(
            names = "--max-steps",
            paramLabel = "N",
            defaultValue = "500000",
            description = "Without --steps: give up after N steps; ${DEFAULT-VALUE} unless said.")
    private long maxSteps;

    @Option(
            names = "--capacity",
            paramLabel = "N",
            description = "Rows the memory keeps; as the preset has it unless said.")
    private @Nullable Long capacity;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "The settings, made for one environment each: quick (CartPole-v1, in a minute or two;"
                    + " Catch), zoo (those of RL Baselines3 Zoo, for all but Catch) or cleanrl (those of CleanRL's"
                    + " dqn.py, for all but Catch). Unless said, quick if the environment has it, else zoo.")
    private @Nullable String preset;

    @Option(
            names = "--double",
            negatable = true,
            description = "Double DQN, or (--no-double) not; as the preset has it unless said.")
    private @Nullable Boolean doubleDqn;

    @Option(
            names = "--n-step",
            paramLabel = "N",
            description = "How many rewards a return adds up before it bootstraps, at most " + NStep.MAX_STEPS
                    + "; 1 unless said.")
    private @Nullable Integer nStep;

    @Option(
            names = "--memory",
            paramLabel = "KIND",
            description = "How the memory is sampled: uniform, prioritized (in proportion to TD errors, alpha 0.6, beta"
                    + " from 0.4) or rank (by their ranks, alpha 0.7, beta from 0.5); uniform unless said.")
    private @Nullable String memoryKind;

    @Option(
            names = "--resume",
            paramLabel = "HOW",
            defaultValue = "exact",
            description = "How to go on: exact (memory and agent as they were at the newest snapshot, in the middle of"
                    + " the episode) or keep (the agent as it was, with all rows that the memory has, and a new"
                    + " episode); ${DEFAULT-VALUE} unless said.")
    private String resume = ResumeMode.EXACT.label();

    @Option(
            names = "--snapshot-every",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Steps between snapshots; ${DEFAULT-VALUE} unless said. There is one more when a run begins,"
                    + " ends or is stopped by a signal.")
    private long snapshotEvery;

    @Option(
            names = "--keep",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many snapshots to keep, the newest; ${DEFAULT-VALUE} unless said.")
    private int keep;

    @Option(names = "--summary-json", paramLabel = "FILE", description = "Write the summary there as JSON, too.")
    private @Nullable Path summaryJson;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try (StopSignal stop = StopSignal.install()) {
            return run(stop::isRequested);
        }
    }

    /** Trains until all is as asked for, or {@code stop} says so. */
    int run(BooleanSupplier stop) throws IOException {
        long started = System.nanoTime();
        checkOptions();
        ResumeMode mode = ResumeMode.named(resume);
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        RunDirectory directory = new RunDirectory(dir);
        RunStart start = RunStart.find(directory, err);
        RunIdentity identity =
                start.identity(new RunRequest(environment, seed, capacity, preset, doubleDqn, memoryKind, nStep));
        requireNotPast(start.state());
        directory.create();
        Engine engine = PyTorch.load();
        try (OffHeapReplayMemory memory = start.open(identity, mode);
                Agent agent =
                        Agent.make(identity.environment(), identity.seed(), identity.settings(), engine, memory)) {
            TrainingRun.Limits limits =
                    new TrainingRun.Limits(steps == null ? maxSteps : steps, steps == null, snapshotEvery, stop);
            RunState state = start.state();
            TrainingRun run = new TrainingRun(
                    directory,
                    identity,
                    limits,
                    agent,
                    new RunSnapshots(directory, memory, keep, start.savedStep(mode), err),
                    state == null ? null : new TrainingRun.Resumed(state, mode));
            out.println(
                    state == null
                            ? "new run in " + dir
                            : "resuming the run in " + dir + " at step " + agent.step() + ", from snapshot "
                                    + state.snapshot() + " (" + mode.label() + ")");
            TrainingRun.End end;
            try (Progress progress = new Progress(out, agent.step(), limits.steps())) {
                end = run.train(progress);
            }
            Charts.drawIfPossible(run::drawCurve, err);
            double wallSeconds = Duration.ofNanos(System.nanoTime() - started).toMillis() / 1e3;
            report(run.summary(memory, wallSeconds));
            return exitCode(end);
        }
    }

    private void requireNotPast(@Nullable RunState state) {
        if (state != null && steps != null && steps < state.step()) {
            throw new UsageException(
                    "the run in " + dir + " has taken " + state.step() + " steps already, more than --steps=" + steps);
        }
    }

    private void checkOptions() {
        atLeast("--steps", steps, 1);
        atLeast("--max-steps", maxSteps, 1);
        atLeast("--capacity", capacity, 1);
        atLeast("--n-step", nStep == null ? null : nStep.longValue(), 1);
        if (nStep != null && nStep > NStep.MAX_STEPS) {
            throw new UsageException("--n-step=" + nStep + ", expected at most " + NStep.MAX_STEPS);
        }
        atLeast("--snapshot-every", snapshotEvery, 1);
        atLeast("--keep", (long) keep, 1);
        if (Files.exists(dir) && !Files.isDirectory(dir)) {
            throw new UsageException("--dir=" + dir + " is not a directory");
        }
        if (summaryJson != null) {
            Path parent = summaryJson.toAbsolutePath().getParent();
            if (Files.isDirectory(summaryJson) || parent == null || !Files.isDirectory(parent)) {
                throw new UsageException("--summary-json=" + summaryJson + " cannot be written: it must be a file in a"
                        + " directory that exists");
            }
        }
    }

    private static void atLeast(String option, @Nullable Long value, long least) {
        if (value != null && value < least) {
            throw new UsageException(option + "=" + value + ", expected at least " + least);
        }
    }

    private void report(Summary summary) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.print(summary.toText());
        out.flush();
        if (summaryJson != null) {
            Files.writeString(summaryJson, summary.toJson());
        }
    }

    private int exitCode(TrainingRun.End end) {
        switch (end) {
            case REACHED -> {
                return ExitCode.OK;
            }
            case UNSOLVED -> {
                spec.commandLine()
                        .getErr()
                        .println("error: not solved within --max-steps=" + maxSteps
                                + "; the same command with a greater one goes on");
                return ExitCode.SOFTWARE;
            }
            case STOPPED -> {
                spec.commandLine().getErr().println("stopped by a signal; the same command goes on from here");
                return ExitCode.SOFTWARE;
            }
        }
        throw new AssertionError(end);
    }
}
