package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CommandLineTest {
    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

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
                "dqn --dir DIR --checkpoint-every 0  | --checkpoint-every=0, expected at least 1",
                "dqn --dir DIR --env Pong            | there is no environment 'Pong'; there are CartPole-v1",
                "dqn --dir DIR --preset slow         | there is no preset 'slow'; there are cleanrl, quick, zoo",
                "dqn --dir DIR --summary-json no/f   | --summary-json=no/f cannot be written",
                "eval --dir DIR --episodes 0         | --episodes=0, expected at least 1",
            })
    void wrongUsageIsToldInASentence(String arguments, String sentence) throws IOException {
        Path dir = directory.resolve("run");
        int exitCode = run(arguments == null ? "" : arguments.replace("DIR", dir.toString()));
        assertThat(exitCode).isEqualTo(2);
        assertThat(err.toString()).contains(sentence).contains("--help").doesNotContain("\tat ");
        assertThat(Files.exists(dir)).isFalse();
    }

    @Test
    void helpTellsOptionsAndExitCodes() {
        assertThat(run("dqn --help")).isEqualTo(0);
        assertThat(out.toString()).contains("--summary-json=FILE", "--[no-]double", "143", "metrics.csv");
    }

    @Test
    void evalWithoutARunFails() {
        assertThat(run("eval --dir " + directory)).isEqualTo(1);
        assertThat(err.toString())
                .contains("error: there is no trained network in")
                .doesNotContain("\tat ");
    }

    @Test
    void runGoesOnFromItsDirectory() throws IOException {
        Path dir = directory.resolve("run");
        Path json = directory.resolve("summary.json");
        assertThat(run("dqn --dir " + dir + " --seed 3 --capacity 2000 --steps 1500 --summary-json " + json))
                .as(err.toString())
                .isEqualTo(0);
        assertThat(out.toString()).contains("new run in " + dir).contains("weightsSha256");
        JsonObject first = summary(json);
        assertThat(first.get("steps").getAsLong()).isEqualTo(1_500);
        assertThat(first.get("resumedFromStep").getAsLong()).isEqualTo(0);
        assertThat(first.get("memoryAppended").getAsLong()).isEqualTo(1_500);

        assertThat(run("dqn --dir " + dir + " --steps 2600 --summary-json " + json))
                .as(err.toString())
                .isEqualTo(0);
        JsonObject second = summary(json);
        assertThat(second.get("steps").getAsLong()).isEqualTo(2_600);
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

        assertThat(run("eval --dir " + dir + " --episodes 10")).isEqualTo(0);
        assertThat(out.toString()).contains("mean return").contains("over 10 episodes");
        assertRefusals(dir);
    }

    private void assertRefusals(Path dir) throws IOException {
        assertThat(run("dqn --dir " + dir + " --seed 4 --steps 3000")).isEqualTo(2);
        assertThat(err.toString()).contains("was begun with --seed=3 and cannot be resumed with --seed=4");
        assertThat(run("dqn --dir " + dir + " --capacity 3000 --steps 3000")).isEqualTo(2);
        assertThat(err.toString()).contains("was begun with --capacity=2000");
        assertThat(run("dqn --dir " + dir + " --env Other --steps 3000")).isEqualTo(2);
        assertThat(err.toString()).contains("was begun with --env=CartPole-v1");
        assertThat(run("dqn --dir " + dir + " --no-double --steps 3000")).isEqualTo(2);
        assertThat(err.toString()).contains("was begun with --double=true");
        assertThat(run("dqn --dir " + dir + " --steps 1000")).isEqualTo(2);
        assertThat(err.toString()).contains("has taken 2600 steps already");

        Path checkpoint = dir.resolve("checkpoint.bin");
        byte[] bytes = Files.readAllBytes(checkpoint);
        bytes[bytes.length / 2] ^= 1;
        Files.write(checkpoint, bytes);
        assertThat(run("dqn --dir " + dir + " --steps 3000")).isEqualTo(1);
        assertThat(err.toString()).contains("is damaged");
        Files.delete(checkpoint);
        assertThat(run("dqn --dir " + dir + " --seed 3 --capacity 2000 --steps 3000"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("but no checkpoint").doesNotContain("\tat ");
    }

    private static JsonObject summary(Path json) throws IOException {
        return JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    }

    private int run(String arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(
                arguments.isBlank() ? new String[0] : arguments.strip().split(" +", -1));
    }
}
