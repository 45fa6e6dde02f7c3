package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs of the program in JVMs of their own, to be ended from outside. */
final class ChildRuns implements AutoCloseable {
    private final Path output;
    private final List<Process> children = new ArrayList<>();

    /** What they say goes into a file of a directory. */
    ChildRuns(Path directory) {
        this.output = directory.resolve("output.txt");
    }

    Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("engram.jvm.flags", "").split(" ", -1)));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(arguments));
        command.removeIf(String::isEmpty);
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                .start();
        children.add(child);
        return child;
    }

    /** What all of them said. */
    String output() throws IOException {
        return Files.readString(output);
    }

    /** Waits for a snapshot of a run at a step or later. */
    void awaitStep(Process child, Path run, long step) throws Exception {
        while (newestStep(run) < step) {
            assertThat(child.waitFor(20, TimeUnit.MILLISECONDS)).as(output()).isFalse();
        }
    }

    /** The step of a run's newest snapshot; -1 if it has none. */
    static long newestStep(Path run) {
        Path memory = new RunDirectory(run).memory();
        return Files.isDirectory(memory)
                ? Snapshots.of(memory).list().stream()
                        .mapToLong(Snapshot::step)
                        .reduce((former, newer) -> newer)
                        .orElse(-1)
                : -1;
    }

    @Override
    public void close() {
        for (Process child : children) {
            child.destroyForcibly().onExit().join();
        }
    }
}
