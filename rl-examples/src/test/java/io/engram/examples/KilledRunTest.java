package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.OffHeapReplayMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The program in a JVM of its own, ended from outside. */
class KilledRunTest {
    @TempDir
    private Path directory;

    private final List<Process> children = new ArrayList<>();

    @AfterEach
    void endChildren() throws InterruptedException {
        for (Process child : children) {
            child.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @EnumSource
    void killedRunGoesOnByTheSameCommand(MemoryKind kind) throws Exception {
        assertThatKilledRunGoesOn(kind, "--env=CartPole-v1", "--n-step=1");
    }

    @Test
    void killedRunOverThreeStepsGoesOn() throws Exception {
        assertThatKilledRunGoesOn(MemoryKind.PRIORITIZED, "--env=CartPole-v1", "--n-step=3");
    }

    @Test
    void killedRunThatSeesImagesGoesOn() throws Exception {
        assertThatKilledRunGoesOn(MemoryKind.UNIFORM, "--env=Catch", "--n-step=1");
    }

    private void assertThatKilledRunGoesOn(MemoryKind kind, String environment, String nStep) throws Exception {
        Path run = directory.resolve("run");
        Path json = directory.resolve("summary.json");
        Process child = start(
                "dqn",
                environment,
                nStep,
                "--dir",
                run.toString(),
                "--seed",
                "4",
                "--memory",
                kind.label(),
                "--checkpoint-every",
                "100");
        awaitStep(child, run, 1_100);
        child.destroyForcibly();
        assertThat(child.waitFor()).isEqualTo(137);
        long savedStep = Checkpoint.read(run.resolve("checkpoint.bin")).getLong("step");

        assertThatPrioritiesStay(kind, run);

        Process again = start(
                "dqn",
                environment,
                nStep,
                "--dir",
                run.toString(),
                "--seed",
                "4",
                "--steps",
                Long.toString(savedStep + 100),
                "--summary-json",
                json.toString());
        assertThat(again.waitFor()).as(output()).isEqualTo(0);
        JsonObject summary = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertThat(summary.get("memory").getAsString()).isEqualTo(kind.label());
        assertThat(summary.get("resumedFromStep").getAsLong())
                .isEqualTo(savedStep)
                .isPositive();
        assertThat(summary.get("steps").getAsLong()).isEqualTo(savedStep + 100);
        // Rows appended after the last checkpoint stay, too.
        assertThat(summary.get("memoryAppended").getAsLong()).isGreaterThanOrEqualTo(savedStep + 100);
        assertThat(MetricsLog.read(run.resolve("metrics.csv")))
                .hasSize(summary.get("episodes").getAsInt())
                .extracting(MetricsLog.Row::step)
                .isSorted()
                .doesNotHaveDuplicates();
    }

    /** The priorities that a killed learner left are not those of new rows, and are the same at the next opening. */
    private static void assertThatPrioritiesStay(MemoryKind kind, Path run) {
        if (kind == MemoryKind.UNIFORM) {
            return;
        }
        Map<Long, Double> left = prioritiesOf(kind, run);
        assertThat(left.values().stream().distinct().count()).isGreaterThan(100);
        assertThat(prioritiesOf(kind, run).equals(left)).isTrue();
    }

    private static Map<Long, Double> prioritiesOf(MemoryKind kind, Path run) {
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(
                        Agent.schema(new CartPole(new SplitMix64(0))),
                        Presets.quick().replay().capacity())
                .directory(new RunDirectory(run).memory())
                .priorities(kind.priorities())
                .open()) {
            return PrioritizedDqnTest.probabilities(memory);
        }
    }

    @Test
    void terminatedRunSavesEverythingFirst() throws Exception {
        Path run = directory.resolve("run");
        Path json = directory.resolve("summary.json");
        Process child =
                start("dqn", "--dir", run.toString(), "--checkpoint-every", "100", "--summary-json", json.toString());
        awaitStep(child, run, 300);
        child.destroy();
        assertThat(child.waitFor()).as(output()).isEqualTo(143);
        assertThat(output()).contains("stopped by a signal");
        JsonObject summary = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertThat(summary.get("steps").getAsLong())
                .isEqualTo(Checkpoint.read(run.resolve("checkpoint.bin")).getLong("step"))
                .isEqualTo(summary.get("memoryAppended").getAsLong());
        assertThat(run.resolve("learning-curve.png")).exists();
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("engram.jvm.flags", "").split(" ", -1)));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(arguments));
        command.removeIf(String::isEmpty);
        Process child = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("output.txt").toFile()))
                .start();
        children.add(child);
        return child;
    }

    private String output() throws IOException {
        return Files.readString(directory.resolve("output.txt"));
    }

    private void awaitStep(Process child, Path run, long step) throws Exception {
        Path checkpoint = run.resolve("checkpoint.bin");
        while (!Files.exists(checkpoint) || Checkpoint.read(checkpoint).getLong("step") < step) {
            assertThat(child.waitFor(20, TimeUnit.MILLISECONDS)).as(output()).isFalse();
        }
    }
}
