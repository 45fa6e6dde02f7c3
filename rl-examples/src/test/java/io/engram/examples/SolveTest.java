package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.engram.replay.ReplayMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Some minutes of training: whether the agent learns at all. */
@Tag("soak")
class SolveTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource
    void fourOfFiveSeedsSolveCartPole(MemoryKind kind) throws IOException {
        int solved = 0;
        for (int seed = 1; seed <= 5; seed++) {
            Path json = directory.resolve("summary.json");
            Main.commandLine()
                    .execute(
                            "dqn",
                            "--dir=" + directory.resolve("run" + seed),
                            "--seed=" + seed,
                            "--memory=" + kind.label(),
                            "--max-steps=200000",
                            "--summary-json=" + json);
            JsonObject summary = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
            solved += summary.get("solvedAtStep").isJsonNull() ? 0 : 1;
        }
        assertThat(solved).isGreaterThanOrEqualTo(4);
    }

    @Test
    void catchIsLearnedFromImages() {
        for (int seed = 1; seed <= 2; seed++) {
            try (ReplayMemory memory = Agents.imageMemory();
                    Agent agent = Agents.makeCatch(Presets.catchQuick(), seed, memory)) {
                Agents.train(agent, 4_000);
                Evaluation evaluation = Evaluation.play(agent.online(), Catch.NAME, 100, 1);
                assertThat(evaluation.mean()).as("seed %d", seed).isGreaterThan(0.9);
            }
        }
    }
}
