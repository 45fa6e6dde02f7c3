package io.engram.jmh;

import java.io.FileNotFoundException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * JMH with one thing added: {@code -Dengram.rounds=N} runs all that was asked for N times over, so that what is
 * compared was measured in turn, and a machine that is slow for a minute is slow for everybody. The results of all
 * rounds go into one file, in order. Takes the options of JMH.
 */
public final class Rounds {
    private static final String PROPERTY = "engram.rounds";
    private static final String DEFAULT_FILE = "jmh-result.json";

    private Rounds() {}

    /**
     * Runs benchmarks.
     *
     * @param args the options of JMH
     * @throws Exception if they are wrong, or a benchmark fails
     */
    public static void main(String[] args) throws Exception {
        int rounds = Integer.getInteger(PROPERTY, 0);
        if (rounds < 1) {
            org.openjdk.jmh.Main.main(args);
        } else {
            run(rounds, args);
        }
    }

    private static void run(int rounds, String[] args)
            throws CommandLineOptionException, RunnerException, FileNotFoundException {
        CommandLineOptions given = new CommandLineOptions(args);
        Options once = new OptionsBuilder().parent(given).forks(1).build();
        String file = given.getResult().orElse(DEFAULT_FILE);
        List<RunResult> results = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            System.out.println("# Round " + round + " of " + rounds);
            results.addAll(new Runner(once).run());
            // After every round, so that a run that is stopped leaves what it had.
            try (PrintStream out = new PrintStream(file, StandardCharsets.UTF_8)) {
                ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException("the results cannot be written: file=" + file, e);
            }
        }
        System.out.println("# Results of " + rounds + " rounds: " + file);
    }
}
