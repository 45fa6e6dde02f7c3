package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.DamagesStores;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
    @TempDir
    private Path directory;

    private final CommandLineRun command = new CommandLineRun();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "                                    | a command is missing",
                "fly                                 | 'fly'",
                "dqn                                 | Missing required option: '--dir=DIR'",
                "dqn --dir DIR --fast                | Unknown option: '--fast'",
                "dqn --dir DIR --steps many          | 'many' is not a long",
                "dqn --dir DIR --steps 0             | --steps=0, expected at least 1",
                "dqn --dir DIR --capacity 0          | --capacity=0, expected at least 1",
                "dqn --dir DIR --snapshot-every 0    | --snapshot-every=0, expected at least 1",
                "dqn --dir DIR --checkpoint-every 5  | Unknown option",
                "dqn --dir DIR --keep 0              | --keep=0, expected at least 1",
                "dqn --dir DIR --resume half         | --resume=half, expected exact or keep",
                "dqn --dir DIR --env Pong            | there is no environment 'Pong'; there are Acrobot-v1,",
                "dqn --dir DIR --preset slow         | no preset 'slow' for CartPole-v1; there are quick, zoo, cleanrl",
                "dqn --dir DIR --env Catch --preset zoo | there is no preset 'zoo' for Catch; there are quick",
                "dqn --dir DIR --n-step 0            | --n-step=0, expected at least 1",
                "dqn --dir DIR --n-step 65537        | --n-step=65537, expected at most 65536",
                "dqn --dir DIR --memory rings        | there is no memory 'rings'; there are uniform, prioritized,",
                "dqn --dir DIR --summary-json no/f   | --summary-json=no/f cannot be written",
                "eval --dir DIR --episodes 0         | --episodes=0, expected at least 1",
            })
    void wrongUsageIsToldInASentence(String arguments, String sentence) throws IOException {
        Path dir = directory.resolve("run");
        int exitCode = command.run(arguments == null ? "" : arguments.replace("DIR", dir.toString()));
        assertThat(exitCode).isEqualTo(2);
        assertThat(command.err()).contains(sentence).contains("--help").doesNotContain("\tat ");
        assertThat(Files.exists(dir)).isFalse();
    }

    @Test
    void helpTellsOptionsAndExitCodes() {
        assertThat(command.run("dqn --help")).isEqualTo(0);
        assertThat(command.out())
                .contains("--summary-json=FILE", "--[no-]double", "--memory=KIND", "--n-step=N", "143", "metrics.csv")
                .contains("--resume=HOW", "--snapshot-every=N", "--keep=N", "memory/snapshots/")
                .doesNotContain("heckpoint");
    }

    @Test
    void evalWithoutARunFails() {
        assertThat(command.run("eval --dir " + directory)).isEqualTo(1);
        assertThat(command.err())
                .contains("error: there is no trained network in")
                .doesNotContain("\tat ");
        assertThat(command.run("eval --latest --dir " + directory)).isEqualTo(1);
        assertThat(command.err()).contains("has no snapshot of a run").doesNotContain("\tat ");
    }

    @Test
    @DamagesStores
    void runGoesOnFromItsDirectory() throws IOException {
        Path dir = directory.resolve("run");
        Path json = directory.resolve("summary.json");
        assertThat(command.run("dqn --dir " + dir + " --seed 3 --capacity 2000 --steps 1500 --summary-json " + json))
                .as(command.err())
                .isEqualTo(0);
        assertThat(command.out()).contains("new run in " + dir).contains("weightsSha256");
        JsonObject first = summary(json);
        assertThat(first.get("steps").getAsLong()).isEqualTo(1_500);
        assertThat(first.get("resumedFromStep").getAsLong()).isEqualTo(0);
        assertThat(first.get("memoryAppended").getAsLong()).isEqualTo(1_500);

        assertThat(command.run("dqn --dir " + dir + " --steps 2600 --summary-json " + json))
                .as(command.err())
                .isEqualTo(0);
        JsonObject second = summary(json);
        assertThat(second.get("steps").getAsLong()).isEqualTo(2_600);
        assertThat(second.get("memory").getAsString()).isEqualTo("uniform");
        assertThat(second.get("seed").getAsLong()).isEqualTo(3);
        assertThat(second.get("resumedFromStep").getAsLong()).isEqualTo(1_500);
        assertThat(second.get("memorySize").getAsLong()).isEqualTo(2_000);
        assertThat(second.get("memoryAppended").getAsLong()).isEqualTo(2_600);
        assertThat(second.get("episodes").getAsLong())
                .isGreaterThan(first.get("episodes").getAsLong());
        List<MetricsLog.Row> rows = MetricsLog.read(dir.resolve("metrics.csv"));
        assertThat(rows).hasSize(second.get("episodes").getAsInt());
        assertThat(rows).extracting(MetricsLog.Row::step).isSorted();
        assertThat(Files.readAllBytes(dir.resolve("learning-curve.png"))).startsWith(0x89, 'P', 'N', 'G');

        assertThat(command.run("eval --dir " + dir + " --episodes 10")).isEqualTo(0);
        assertThat(command.out()).contains("mean return").contains("over 10 episodes");
        assertThat(command.run("eval --latest --dir " + dir + " --episodes 10")).isEqualTo(0);
        assertThat(command.out()).contains("network of step 2,600");
        assertRefusals(dir);
    }

    /** The memory of a resumed run goes on where it was: with one row a step, or of images one more an episode. */
    @ParameterizedTest
    @CsvSource({
        "--n-step 3 --memory prioritized, CartPole-v1, 1100, 1300, 1300",
        "--env Catch --n-step 2,          Catch,       1003, 1019, 1133",
    })
    void otherRunsGoOnToo(String options, String environment, long steps, long moreSteps, long rows)
            throws IOException {
        Path dir = directory.resolve("run");
        Path json = directory.resolve("summary.json");
        String line = "dqn --dir " + dir + " --summary-json " + json + " ";
        assertThat(command.run(line + options + " --steps " + steps))
                .as(command.err())
                .isEqualTo(0);
        JsonObject first = summary(json);
        assertThat(command.run(line + " --steps " + moreSteps))
                .as(command.err())
                .isEqualTo(0);
        JsonObject second = summary(json);
        assertThat(second.get("env").getAsString()).isEqualTo(environment);
        assertThat(second.get("resumedFromStep").getAsLong()).isEqualTo(steps);
        assertThat(second.get("steps").getAsLong()).isEqualTo(moreSteps);
        assertThat(second.get("memoryAppended").getAsLong()).isEqualTo(rows);
        assertThat(second.get("weightsSha256")).isNotEqualTo(first.get("weightsSha256"));
    }

    private void assertRefusals(Path dir) throws IOException {
        assertThat(command.run("dqn --dir " + dir + " --seed 4 --steps 3000")).isEqualTo(2);
        assertThat(command.err()).contains("was begun with --seed=3 and cannot be resumed with --seed=4");
        assertThat(command.run("dqn --dir " + dir + " --capacity 3000 --steps 3000"))
                .isEqualTo(2);
        assertThat(command.err()).contains("was begun with --capacity=2000");
        assertThat(command.run("dqn --dir " + dir + " --env Other --steps 3000"))
                .isEqualTo(2);
        assertThat(command.err()).contains("was begun with --env=CartPole-v1");
        assertThat(command.run("dqn --dir " + dir + " --no-double --steps 3000"))
                .isEqualTo(2);
        assertThat(command.err()).contains("was begun with --double=true");
        assertThat(command.run("dqn --dir " + dir + " --n-step 2 --steps 3000")).isEqualTo(2);
        assertThat(command.err()).contains("was begun with --n-step=1 and cannot be resumed with --n-step=2");
        assertThat(command.run("dqn --dir " + dir + " --memory rank --steps 3000"))
                .isEqualTo(2);
        assertThat(command.err()).contains("was begun with --memory=uniform and cannot be resumed with --memory=rank");
        assertThat(command.run("dqn --dir " + dir + " --steps 1000")).isEqualTo(2);
        assertThat(command.err()).contains("has taken 2600 steps already");

        assertDamageIsTold(dir);
    }

    private void assertDamageIsTold(Path dir) throws IOException {
        Path snapshots = new RunDirectory(dir).memory().resolve("snapshots");
        assertThat(names(dir)).containsExactly("step-000001500", "step-000002000", "step-000002600");
        damage(snapshots.resolve("step-000002600/state/run.state"));
        assertThat(command.run("dqn --dir " + dir + " --steps 2000")).isEqualTo(0);
        assertThat(command.err()).contains("warning: snapshot step-000002600 is passed over: ", " is damaged");
        assertThat(command.out()).contains("at step 2000, from snapshot step-000002000 (exact)");
        for (String name : names(dir)) {
            if (!name.equals("step-000002600")) {
                damage(snapshots.resolve(name + "/state/run.state"));
            }
        }
        assertThat(command.run("dqn --dir " + dir + " --steps 3000")).isEqualTo(1);
        assertThat(command.err())
                .contains("holds the state of a run that is whole")
                .doesNotContain("\tat ");
    }

    @Test
    void memoryWithoutASnapshotOfARunIsRefused() {
        Path dir = directory.resolve("run");
        Snapshots snapshots = Snapshots.of(new RunDirectory(dir).memory());
        assertThat(command.run("dqn --dir " + dir + " --steps 60")).isEqualTo(0);
        names(dir).forEach(snapshots::delete);
        assertThat(command.run("dqn --dir " + dir + " --steps 70")).isEqualTo(1);
        assertThat(command.err())
                .contains("has a memory of 60 rows but no snapshot of a run")
                .doesNotContain("\tat ");
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(
                        Agent.schema(new CartPole(new SplitMix64(0))),
                        Presets.quick().replay().capacity())
                .directory(new RunDirectory(dir).memory())
                .open()) {
            memory.snapshot("other");
        }
        assertThat(command.run("dqn --dir " + dir + " --steps 70")).isEqualTo(1);
        assertThat(command.err())
                .contains("no snapshot of "
                        + snapshots.get("other").directory().getParent().getParent())
                .contains("holds the state of a run")
                .doesNotContain("\tat ");
        Path fork = directory.resolve("fork");
        snapshots.fork("other", new RunDirectory(fork).memory());
        assertThat(command.run("dqn --dir " + fork + " --steps 70")).isEqualTo(1);
        assertThat(command.err())
                .contains("was forked from a snapshot that holds no state of a run")
                .doesNotContain("\tat ");
    }

    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private static List<String> names(Path dir) {
        return Snapshots.of(new RunDirectory(dir).memory()).list().stream()
                .map(Snapshot::name)
                .toList();
    }

    private static JsonObject summary(Path json) throws IOException {
        return JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    }
}
