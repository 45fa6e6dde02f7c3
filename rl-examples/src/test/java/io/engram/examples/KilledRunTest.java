package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.OffHeapReplayMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The program in a JVM of its own, ended from outside; resumed with all rows that the memory has. */
class KilledRunTest {
    @TempDir
    private Path directory;

    private ChildRuns children;

    @BeforeEach
    void makeChildren() {
        children = new ChildRuns(directory);
    }

    @AfterEach
    void endChildren() {
        children.close();
    }

    @ParameterizedTest
    @EnumSource
    void killedRunGoesOnWithAllItsRows(MemoryKind kind) throws Exception {
        assertThatKilledRunGoesOn(kind, "--env=CartPole-v1", "--n-step=1");
    }

    @Test
    void killedRunOverThreeStepsGoesOnWithAllItsRows() throws Exception {
        assertThatKilledRunGoesOn(MemoryKind.PRIORITIZED, "--env=CartPole-v1", "--n-step=3");
    }

    @Test
    void killedRunThatSeesImagesGoesOnWithAllItsRows() throws Exception {
        assertThatKilledRunGoesOn(MemoryKind.UNIFORM, "--env=Catch", "--n-step=1");
    }

    private void assertThatKilledRunGoesOn(MemoryKind kind, String environment, String nStep) throws Exception {
        Path run = directory.resolve("run");
        Path json = directory.resolve("summary.json");
        Process child = children.start(
                "dqn",
                environment,
                nStep,
                "--dir",
                run.toString(),
                "--seed",
                "4",
                "--memory",
                kind.label(),
                "--snapshot-every",
                "100",
                "--keep",
                "2");
        children.awaitStep(child, run, 1_100);
        child.destroyForcibly();
        assertThat(child.waitFor()).isEqualTo(137);
        long savedStep = ChildRuns.newestStep(run);

        assertThatPrioritiesStay(kind, run);

        Process again = children.start(
                "dqn",
                environment,
                nStep,
                "--resume=keep",
                "--dir",
                run.toString(),
                "--seed",
                "4",
                "--steps",
                Long.toString(savedStep + 100),
                "--summary-json",
                json.toString());
        assertThat(again.waitFor()).as(children.output()).isEqualTo(0);
        JsonObject summary = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertThat(summary.get("memory").getAsString()).isEqualTo(kind.label());
        assertThat(summary.get("resumedFromStep").getAsLong())
                .isEqualTo(savedStep)
                .isPositive();
        assertThat(summary.get("steps").getAsLong()).isEqualTo(savedStep + 100);
        // Rows appended after the newest snapshot stay, too.
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
        Process child = children.start(
                "dqn", "--dir", run.toString(), "--snapshot-every", "100", "--summary-json", json.toString());
        children.awaitStep(child, run, 300);
        child.destroy();
        assertThat(child.waitFor()).as(children.output()).isEqualTo(143);
        assertThat(children.output()).contains("stopped by a signal");
        JsonObject summary = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertThat(summary.get("steps").getAsLong())
                .isEqualTo(ChildRuns.newestStep(run))
                .isEqualTo(summary.get("memoryAppended").getAsLong());
        assertThat(run.resolve("learning-curve.png")).exists();
    }
}
