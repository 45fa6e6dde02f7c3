package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.SplitMix64;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void writeOne() {
        file = directory.resolve("checkpoint.bin");
        Checkpoint.builder()
                .put("text", "Grüße")
                .put("long", Long.MIN_VALUE)
                .put("double", -0.0)
                .put("floats", new float[] {1.5f, Float.NaN, Float.NEGATIVE_INFINITY})
                .put("doubles", new double[] {Math.PI, Double.MIN_VALUE})
                .put("empty", new double[0])
                .put("bytes", new byte[] {0, 127, -128, -1})
                .build()
                .write(file);
    }

    @Test
    void whatIsReadIsWhatWasWritten() {
        Checkpoint read = Checkpoint.read(file);
        assertThat(read.getText("text")).isEqualTo("Grüße");
        assertThat(read.getLong("long")).isEqualTo(Long.MIN_VALUE);
        assertThat(read.getDouble("double")).isEqualTo(-0.0);
        assertThat(read.getFloats("floats", 3)).containsExactly(1.5f, Float.NaN, Float.NEGATIVE_INFINITY);
        assertThat(read.getDoubles("doubles")).containsExactly(Math.PI, Double.MIN_VALUE);
        assertThat(read.getDoubles("doubles", 2)).containsExactly(Math.PI, Double.MIN_VALUE);
        assertThat(read.getDoubles("empty")).isEmpty();
        assertThat(read.getBytes("bytes", 4)).containsExactly(0, 127, -128, -1);
    }

    @Test
    void bytesAreThoseAtTheTimeTheyWerePut() {
        byte[] bytes = {1, 2};
        Checkpoint checkpoint = Checkpoint.builder().put("bytes", bytes).build();
        bytes[0] = 9;
        checkpoint.getBytes("bytes", 2)[1] = 9;
        assertThat(checkpoint.getBytes("bytes", 2)).containsExactly(1, 2);
    }

    @Test
    void writingReplacesTheFileAndLeavesNoOther() throws IOException {
        Checkpoint.builder().put("long", 2).build().write(file);
        assertThat(Checkpoint.read(file).getLong("long")).isEqualTo(2);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertRefused("length=" + length);
        }
    }

    @Test
    void everyFlippedByteIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        SplitMix64 random = new SplitMix64(11);
        for (int i = 0; i < bytes.length; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= (byte) (1 + random.nextInt(255));
            Files.write(file, damaged);
            assertRefused("byte " + i);
        }
    }

    @Test
    void longerFileIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("wrong length");
    }

    @Test
    void foreignFileIsRefused() throws IOException {
        Files.write(file, "step,episode,return\n1,2,3\n".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("is not a checkpoint");
    }

    @Test
    void otherVersionIsRefusedByItsNumber() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[8] = 9;
        Files.write(file, bytes);
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("version=9, expected 1");
    }

    @Test
    void missingFileIsRefused() {
        assertThatThrownBy(() -> Checkpoint.read(directory.resolve("none")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("cannot read");
    }

    @Test
    void missingEntryAndWrongSizeAreNamed() {
        Checkpoint read = Checkpoint.read(file);
        assertThatThrownBy(() -> read.getLong("other"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("lacks the entry 'other'");
        assertThatThrownBy(() -> read.getFloats("floats", 4))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("entry=floats, length=12, expected 16");
        assertThatThrownBy(() -> read.getBytes("bytes", 3))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("entry=bytes, length=4, expected 3");
        assertThatThrownBy(() -> read.getDoubles("doubles", 3))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("entry=doubles, length=16, expected 24");
    }

    private void assertRefused(String damage) {
        assertThatThrownBy(() -> Checkpoint.read(file)).as(damage).isInstanceOf(CheckpointException.class);
    }
}
