package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.Batch;
import io.engram.replay.Field;
import io.engram.replay.Sampler;
import io.engram.replay.SamplerSpec;
import io.engram.replay.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CliffwalkTest {
    @TempDir
    private Path directory;

    private final CommandLineRun command = new CommandLineRun();

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 8})
    void memoryHoldsAllThatCanHappen(int states) {
        BlindCliffwalk walk = new BlindCliffwalk(states);
        try (CliffwalkExperiment experiment = new CliffwalkExperiment(walk, 1)) {
            assertThat(experiment.memory().size()).isEqualTo(walk.transitions()).isEqualTo((2L << states) - 2);
            // A row is drawn once in so many on average, so none is missed.
            Map<Long, BlindCliffwalk.Transition> seen = new HashMap<>();
            try (Sampler sampler = experiment
                    .memory()
                    .sampler(SamplerSpec.uniform("all", 50 * walk.transitions()).build())) {
                Batch batch = sampler.sample(sampler.newBatch());
                for (int row = 0; row < batch.size(); row++) {
                    BlindCliffwalk.Transition step = walk.step(
                            batch.column(Field.OBSERVATION).ints().get(row),
                            batch.column(Field.ACTION).ints().get(row));
                    assertThat(batch.column(Field.REWARD).floats().get(row)).isEqualTo(step.reward());
                    assertThat(batch.column(Schema.TERMINATED).buffer().get(row) != 0)
                            .isEqualTo(step.terminated());
                    seen.put(batch.sequence(row), step);
                }
            }
            assertThat(seen).hasSize(walk.transitions());
            assertThat(seen.values().stream()
                            .filter(BlindCliffwalk.Transition::terminated)
                            .count())
                    .isEqualTo(1L << states);
            assertThat(seen.values().stream().filter(step -> step.reward() > 0).count())
                    .isEqualTo(1);
        }
    }

    /** Twice the range of two independent reproductions, each with medians of nine or ten seeds. */
    @ParameterizedTest
    @CsvSource({
        "UNIFORM, 2900, 15200",
        "RANK, 700, 2800",
        "PROPORTIONAL, 570, 2700",
        "FULLY_PROPORTIONAL, 440, 1900",
        "GREEDY, 370, 1480",
        "ORACLE, 159, 636"
    })
    void updatesForEightStatesAreOthersToo(CliffwalkMethod method, long least, long most) {
        for (int seed = 1; seed <= 3; seed++) {
            try (CliffwalkExperiment experiment = new CliffwalkExperiment(new BlindCliffwalk(8), seed)) {
                assertThat(experiment.updates(method)).as("seed %d", seed).isBetween(least, most);
            }
        }
    }

    @Test
    void commandWritesTheSameTableAgain() throws IOException {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        assertThat(command.run("cliffwalk --max-n 5 --seeds 3 --dir " + first))
                .as(command.err())
                .isEqualTo(0);
        assertThat(command.out())
                .contains("proportional 0.6")
                .contains("\n 5          62 ")
                .contains("with 5 states, uniform sampling needs");
        assertThat(command.run("cliffwalk --max-n 5 --seeds 3 --dir " + second)).isEqualTo(0);

        List<String> lines = Files.readAllLines(first.resolve("cliffwalk.csv"));
        assertThat(lines).isEqualTo(Files.readAllLines(second.resolve("cliffwalk.csv")));
        assertThat(lines.get(0))
                .isEqualTo("states,transitions,method,seeds,median_updates,least_updates,greatest_updates");
        assertThat(lines.subList(1, lines.size()))
                .hasSize(4 * CliffwalkMethod.values().length)
                .allMatch(line -> line.matches("[2-5],\\d+,(uniform|rank 0\\.7|proportional 0\\.6|proportional 1|greedy"
                        + "|oracle),3,\\d+,\\d+,\\d+"));
        assertThat(Files.readAllBytes(first.resolve("cliffwalk.png"))).startsWith(0x89, 'P', 'N', 'G');
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--max-n 1           | --max-n=1, expected 2 to 20",
                "--max-n 21          | --max-n=21, expected 2 to 20",
                "--max-n few         | 'few' is not an int",
                "--seeds 0           | --seeds=0, expected at least 1",
                "--speed             | Unknown option: '--speed'",
            })
    void wrongUsageIsToldInASentence(String arguments, String sentence) {
        Path dir = directory.resolve("no");
        assertThat(command.run("cliffwalk --dir " + dir + " " + arguments)).isEqualTo(2);
        assertThat(command.err()).contains(sentence).contains("--help").doesNotContain("\tat ");
        assertThat(dir).doesNotExist();
    }

    @Test
    void fileInPlaceOfTheDirectoryIsRefused() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThat(command.run("cliffwalk --dir " + file)).isEqualTo(2);
        assertThat(command.err()).contains("--dir=" + file + " is not a directory");
    }
}
