package io.engram.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cliffwalk}: what priorities are good for, on the problem that they were invented on. */
@Command(
        name = "cliffwalk",
        description = {
            "Counts how many updates Q-learning needs on the Blind Cliffwalk of n states, by how the memory is sampled"
                    + " (Schaul et al. 2016, appendix B.1).",
            "Of 2^n sequences of actions one earns a reward. All are stored once, in random order; an update learns"
                    + " from one transition, until the mean squared error of the values is below 0.001. Greedy and"
                    + " oracle are there to compare with and sample nothing."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footerHeading = "%nFiles in DIR:%n",
        footer = {
            "  cliffwalk.csv  a row for each n and method: the median, least and greatest number of updates",
            "  cliffwalk.png  the medians over n"
        })
final class CliffwalkCommand implements Callable<Integer> {
    private static final int LEAST_STATES = 2;
    private static final long NANOS_A_LINE = Duration.ofSeconds(2).toNanos();

    @Option(
            names = "--max-n",
            paramLabel = "N",
            defaultValue = "16",
            description = "From 2 to N states, at most " + BlindCliffwalk.MAX_STATES + "; ${DEFAULT-VALUE} unless said."
                    + " One more doubles the transitions and the time.")
    private int maxStates;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "9",
            description = "Repeat with seeds 1 to N and take the median; ${DEFAULT-VALUE} unless said.")
    private int seeds;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = "runs/cliffwalk",
            description = "Where table and picture are written; ${DEFAULT-VALUE} unless said.")
    @SuppressWarnings("NullAway.Init") // Has a default, so set by picocli.
    private Path dir;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    private long shown = System.nanoTime();

    @Override
    public Integer call() throws IOException {
        if (maxStates < LEAST_STATES || maxStates > BlindCliffwalk.MAX_STATES) {
            throw new UsageException(
                    "--max-n=" + maxStates + ", expected " + LEAST_STATES + " to " + BlindCliffwalk.MAX_STATES);
        }
        if (seeds < 1) {
            throw new UsageException("--seeds=" + seeds + ", expected at least 1");
        }
        if (Files.exists(dir) && !Files.isDirectory(dir)) {
            throw new UsageException("--dir=" + dir + " is not a directory");
        }
        new RunDirectory(dir).create();
        PrintWriter out = spec.commandLine().getOut();
        CliffwalkReport report = new CliffwalkReport();
        out.println(CliffwalkReport.head());
        out.flush();
        for (int states = LEAST_STATES; states <= maxStates; states++) {
            BlindCliffwalk walk = new BlindCliffwalk(states);
            report.add(walk, updates(walk));
            out.println(report.line(walk));
            out.flush();
        }
        double times = (double) report.median(CliffwalkMethod.UNIFORM, maxStates)
                / report.median(CliffwalkMethod.PROPORTIONAL, maxStates);
        out.printf(
                Locale.ROOT,
                "with %d states, %s sampling needs %.1f times as many updates as %s%n",
                maxStates,
                CliffwalkMethod.UNIFORM.label(),
                times,
                CliffwalkMethod.PROPORTIONAL.label());
        report.writeCsv(dir.resolve("cliffwalk.csv"));
        Charts.drawIfPossible(
                () -> report.draw(dir.resolve("cliffwalk.png")),
                spec.commandLine().getErr());
        out.println("written: " + dir.resolve("cliffwalk.csv") + ", " + dir.resolve("cliffwalk.png"));
        out.flush();
        return ExitCode.OK;
    }

    /** By method, by seed. */
    private Map<CliffwalkMethod, long[]> updates(BlindCliffwalk walk) {
        Map<CliffwalkMethod, long[]> updates = new EnumMap<>(CliffwalkMethod.class);
        for (int seed = 1; seed <= seeds; seed++) {
            try (CliffwalkExperiment experiment = new CliffwalkExperiment(walk, seed)) {
                for (CliffwalkMethod method : CliffwalkMethod.values()) {
                    showProgress(walk, seed, method);
                    updates.computeIfAbsent(method, key -> new long[seeds])[seed - 1] = experiment.updates(method);
                }
            }
        }
        return updates;
    }

    /** To standard error, so that the table stays one. */
    private void showProgress(BlindCliffwalk walk, int seed, CliffwalkMethod method) {
        long now = System.nanoTime();
        if (now - shown < NANOS_A_LINE) {
            return;
        }
        shown = now;
        PrintWriter err = spec.commandLine().getErr();
        err.println(
                "n " + walk.states() + " of " + maxStates + ", seed " + seed + " of " + seeds + ": " + method.label());
        err.flush();
    }
}
