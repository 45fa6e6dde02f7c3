package io.engram.replay.offheap.stress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.TestGrading;
import org.openjdk.jcstress.infra.runners.TestList;

/** Runs jcstress in a JVM of its own and reads its result file. */
final class StressRun {
    private static final int CONSOLE_TAIL = 40;

    /**
     * What came of one test, over all its JVMs.
     *
     * @param samples how often the actors met
     * @param forbidden a sentence for every JVM and forbidden result
     * @param errors a sentence for every JVM that crashed, hung or refused
     */
    record Verdict(long samples, List<String> forbidden, List<String> errors) {
        private static Verdict of(TestResult result) {
            if (result.status() == Status.NORMAL) {
                return new Verdict(result.getTotalCount(), TestGrading.grade(result).failureMessages, List.of());
            }
            String error =
                    result.status() + " " + result.getMessages() + " " + result.getVmOut() + " " + result.getVmErr();
            return new Verdict(result.getTotalCount(), List.of(), List.of(error));
        }

        private Verdict plus(Verdict other) {
            return new Verdict(samples + other.samples, join(forbidden, other.forbidden), join(errors, other.errors));
        }

        private static List<String> join(List<String> left, List<String> right) {
            return Stream.concat(left.stream(), right.stream()).toList();
        }
    }

    private final Path directory;
    private final List<String> options;
    private final Duration limit;

    private StressRun(Path directory, List<String> options, Duration limit) {
        this.directory = directory;
        this.options = options;
        this.limit = limit;
    }

    /** One JVM a test, one iteration of so many milliseconds: enough to catch a gross bug within the build. */
    static StressRun brief(Path directory, int milliseconds) {
        List<String> options = new ArrayList<>(List.of("-f", "1", "-fsm", "1", "-iters", "1"));
        options.addAll(List.of("-time", Integer.toString(milliseconds), "-sc", "false", "-af", "NONE"));
        options.addAll(List.of("-jvmArgs", jvmFlags()));
        return new StressRun(directory, options, Duration.ofMinutes(5));
    }

    /** What jcstress does by itself in a preset such as {@code quick}: every compiler, several placings on cores. */
    static StressRun thorough(Path directory, String preset) {
        return new StressRun(directory, List.of("-m", preset, "-jvmArgsPrepend", jvmFlags()), Duration.ofHours(12));
    }

    /** Runs the tests and reads what came of them; a test without a verdict did not run. */
    Map<String, Verdict> run(Collection<String> tests) throws IOException, InterruptedException {
        int processors = Runtime.getRuntime().availableProcessors();
        Map<Boolean, List<String>> bySize = tests.stream()
                .collect(
                        Collectors.partitioningBy(test -> TestList.getInfo(test).threads() > processors));
        Map<String, Verdict> verdicts = new TreeMap<>();
        List<String> fitting = bySize.getOrDefault(false, List.of());
        if (!fitting.isEmpty()) {
            launch("fitting", List.of(), Main.class, fitting, List.of(), verdicts);
        }
        List<String> oversized = bySize.getOrDefault(true, List.of());
        if (!oversized.isEmpty()) {
            int actors = oversized.stream()
                    .mapToInt(test -> TestList.getInfo(test).threads())
                    .max()
                    .orElseThrow();
            launch(
                    "oversized",
                    List.of("-XX:ActiveProcessorCount=" + actors),
                    OversubscribedMain.class,
                    oversized,
                    List.of("-spinStyle", "THREAD_YIELD"),
                    verdicts);
        }
        return verdicts;
    }

    private void launch(
            String name,
            List<String> flags,
            Class<?> main,
            List<String> tests,
            List<String> moreOptions,
            Map<String, Verdict> verdicts)
            throws IOException, InterruptedException {
        Path place = emptied(directory.resolve(name));
        Path console = place.resolve("console.txt");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(jvmFlags().split(" ")));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of("-t", "^(" + String.join("|", tests) + ")$", "-r", "report", "-v"));
        command.addAll(options);
        command.addAll(moreOptions);
        Process process = new ProcessBuilder(command)
                .directory(place.toFile())
                .redirectErrorStream(true)
                .redirectOutput(console.toFile())
                .start();
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("jcstress did not end: limit=" + limit + "\n" + tail(console));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        Collection<TestResult> results = read(place);
        if (results.isEmpty()) {
            throw new IllegalStateException(
                    "jcstress left no results: exit=" + process.exitValue() + "\n" + tail(console));
        }
        results.forEach(result -> verdicts.merge(result.getName(), Verdict.of(result), Verdict::plus));
    }

    private static Collection<TestResult> read(Path place) throws IOException {
        InProcessCollector results = new InProcessCollector();
        try (Stream<Path> files = Files.list(place)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".bin.gz")).toList()) {
                DiskReadCollector reader = new DiskReadCollector(file.toString(), results);
                try {
                    reader.dump();
                } catch (ClassNotFoundException e) {
                    throw new IOException("file=" + file + " is of another jcstress", e);
                } finally {
                    reader.close();
                }
            }
        }
        return results.getTestResults();
    }

    private static Path emptied(Path place) throws IOException {
        if (Files.exists(place)) {
            try (Stream<Path> old = Files.walk(place)) {
                old.sorted(Comparator.reverseOrder()).forEach(StressRun::delete);
            }
        }
        return Files.createDirectories(place);
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tail(Path console) throws IOException {
        List<String> lines = Files.readAllLines(console);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - CONSOLE_TAIL), lines.size()));
    }

    private static String jvmFlags() {
        return System.getProperty("engram.jvm.flags", "-XX:+IgnoreUnrecognizedVMOptions");
    }
}
