package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
    private static final MetricsLog.Row FIRST = new MetricsLog.Row(20, 1, 20, 20, 20, 1, Double.NaN);
    private static final MetricsLog.Row SECOND = new MetricsLog.Row(50, 2, 30, 30, 25, 0.5, 0.25);
    private static final MetricsLog.Row THIRD = new MetricsLog.Row(60, 3, 10, 10, 20, 0.25, 0.125);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void writeTwoRows() throws IOException {
        file = directory.resolve("metrics.csv");
        try (MetricsLog log = new MetricsLog(file, 0)) {
            log.append(FIRST);
            log.append(SECOND);
        }
    }

    @Test
    void rowsComeBackAsWritten() throws IOException {
        assertThat(MetricsLog.read(file)).containsExactly(FIRST, SECOND);
        assertThat(Files.readAllLines(file).get(0))
                .isEqualTo("step,episode,return,length,mean_return_100,epsilon,loss");
    }

    @Test
    void reopeningAppends() throws IOException {
        try (MetricsLog log = new MetricsLog(file, 50)) {
            log.append(THIRD);
        }
        assertThat(MetricsLog.read(file)).containsExactly(FIRST, SECOND, THIRD);
    }

    @Test
    void rowsAfterTheLastStepAreCutBack() throws IOException {
        try (MetricsLog log = new MetricsLog(file, 49)) {
            log.append(THIRD);
        }
        assertThat(MetricsLog.read(file)).containsExactly(FIRST, THIRD);
    }

    @Test
    void halfWrittenRowIsCutBack() throws IOException {
        Files.writeString(file, "60,3,10.0,1", StandardOpenOption.APPEND);
        try (MetricsLog log = new MetricsLog(file, 100)) {
            log.append(THIRD);
        }
        assertThat(MetricsLog.read(file)).containsExactly(FIRST, SECOND, THIRD);
    }

    @Test
    void foreignFileIsRefused() throws IOException {
        Files.writeString(file, "my,own,table\n1,2,3\n");
        assertThatThrownBy(() -> new MetricsLog(file, 0))
                .isInstanceOf(RunException.class)
                .hasMessageContaining("is not a metrics file of this program");
        assertThat(Files.readString(file)).startsWith("my,own,table");
    }
}
