package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void killedRunGoesOnByTheSameCommand() throws Exception {
        Path run = directory.resolve("run");
        Path json = directory.resolve("summary.json");
        Process child = start("dqn", "--dir", run.toString(), "--seed", "4", "--checkpoint-every", "100");
        awaitStep(child, run, 1_200);
        child.destroyForcibly();
        assertThat(child.waitFor()).isEqualTo(137);
        long savedStep = Checkpoint.read(run.resolve("checkpoint.bin")).getLong("step");

        Process again = start(
                "dqn",
                "--dir",
                run.toString(),
                "--seed",
                "4",
                "--steps",
                Long.toString(savedStep + 500),
                "--summary-json",
                json.toString());
        assertThat(again.waitFor()).as(output()).isEqualTo(0);
        JsonObject summary = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertThat(summary.get("resumedFromStep").getAsLong()).isEqualTo(savedStep);
        assertThat(summary.get("steps").getAsLong()).isEqualTo(savedStep + 500);
        // Rows appended after the last checkpoint stay, too.
        assertThat(summary.get("memoryAppended").getAsLong()).isGreaterThanOrEqualTo(savedStep + 500);
        assertThat(MetricsLog.read(run.resolve("metrics.csv")))
                .hasSize(summary.get("episodes").getAsInt())
                .extracting(MetricsLog.Row::step)
                .isSorted()
                .doesNotHaveDuplicates();
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
