package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The transcripts in README.md have the form of what the program prints. */
class TranscriptTest {
    @Test
    void summaryHasTheLinesOfToday() throws IOException {
        String pattern = new Summary(CartPole.NAME, "uniform", 1, 2, 3, 4.0, 5L, 6, 7, 8, "ab", 9)
                .toText()
                .lines()
                .map(line -> line.substring(0, 17) + "\\S+\n")
                .reduce("\n", String::concat);
        assertThat(readme()).containsPattern(pattern);
    }

    @Test
    void cliffwalkHasTheColumnsOfToday() throws IOException {
        assertThat(readme()).contains("\n" + CliffwalkReport.head() + "\n");
    }

    private static String readme() throws IOException {
        return Files.readString(Path.of(System.getProperty("engram.root"), "README.md"));
    }
}
