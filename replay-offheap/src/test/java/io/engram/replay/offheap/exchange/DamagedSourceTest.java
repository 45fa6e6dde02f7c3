package io.engram.replay.offheap.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.DType;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapReplayMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be imported is refused in a sentence that says what is wrong, and nothing is made of it. */
class DamagedSourceTest {
    private static final Schema SCHEMA = Schema.builder()
            .observation(DType.F32, 2)
            .action(DType.I32)
            .reward()
            .rowLayout(RowLayout.ARRIVAL)
            .build();

    @TempDir
    Path place;

    private Path npy;
    private Path npz;
    private Path tensorDict;

    @BeforeEach
    void export() {
        Path directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.builder(SCHEMA, 64)
                        .directory(directory)
                        .open();
                StreamWriter writer = memory.writer("a")) {
            writer.begin(new float[2]);
            for (int i = 1; i < 10; i++) {
                writer.step(i, 1, new float[] {i, i}, i == 9, false);
            }
        }
        npy = place.resolve("rows.npy");
        npz = place.resolve("rows.npz");
        tensorDict = place.resolve("rows");
        Export.of(directory).to(npy, ExchangeFormat.NPY);
        Export.of(directory).to(npz, ExchangeFormat.NPZ);
        Export.of(directory).to(tensorDict, ExchangeFormat.TENSORDICT);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertThat(place.resolve("new")).doesNotExist();
        try (Stream<Path> left = Files.list(place)) {
            assertThat(left).noneMatch(path -> path.toString().endsWith(".tmp"));
        }
    }

    private void requireRefused(Path source, String... words) {
        ExchangeFormat format = ExchangeFormat.of(source);
        assertThatThrownBy(() -> Import.of(source, format).to(place.resolve("new")))
                .isInstanceOf(ExchangeException.class)
                .hasMessageContaining(source.toString())
                .hasMessageContainingAll(words);
    }

    /** Replaces text by text of the same length. */
    private static void replace(Path file, String from, String to) throws IOException {
        assertThat(to).hasSameSizeAs(from);
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(from);
        Files.writeString(
                file,
                text.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to)),
                StandardCharsets.ISO_8859_1);
    }

    private static void cut(Path file, int bytes) throws IOException {
        byte[] all = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(all, all.length - bytes));
    }

    @Test
    void headersThatCannotBeReadAreRefused() throws IOException {
        byte[] whole = Files.readAllBytes(npy);
        replace(npy, "NUMPY", "NUMPI");
        requireRefused(npy, "not a NumPy file");
        Files.write(npy, Arrays.copyOf(whole, 40));
        requireRefused(npy, "ends within its header");
        Files.write(npy, whole);
        replace(npy, "{'descr'", "{'dexcr'");
        requireRefused(npy, "dtype");
        Files.write(npy, whole);
        replace(npy, "'shape': (10", "'shape': ((0");
        requireRefused(npy, "header of a NumPy file is damaged");
        Files.write(npy, whole);
        replace(npy, "\u0093NUMPY\u0001", "\u0093NUMPY\u0009");
        requireRefused(npy, "unknown version", "version found=9");
    }

    @Test
    void orderOfBytesAndOfElementsMustBeOurs() throws IOException {
        byte[] whole = Files.readAllBytes(npy);
        replace(npy, "'observation', '<f4'", "'observation', '>f4'");
        requireRefused(npy, "a big-endian dtype", "field=observation", "dtype=>f4");
        Files.write(npy, whole);
        replace(npy, "'fortran_order': False", "'fortran_order': True ");
        requireRefused(npy, "Fortran order");
        Files.write(npy, whole);
        replace(npy, "'observation', '<f4'", "'observation', '<c8'");
        requireRefused(npy, "a dtype that no field has", "dtype=<c8");
    }

    @Test
    void columnsMustBeThoseOfTheSchema() throws IOException {
        byte[] whole = Files.readAllBytes(npy);
        replace(npy, "('action'", "('aktion'");
        requireRefused(npy, "a column is missing", "column=action", "aktion");
        Files.write(npy, whole);
        replace(npy, "'<f4', (2,)", "'<i2', (4,)");
        requireRefused(npy, "column=observation", "found i16[4]", "expected f32[2]");
        Files.write(npy, whole);
        replace(npy, "'shape': (10,)", "'shape': (11,)");
        requireRefused(npy, "too short");
        Files.write(npy, whole);
        cut(npy, 3);
        requireRefused(npy, "too short");
        Files.write(npy, Arrays.copyOf(whole, whole.length + 1));
        requireRefused(npy, "too long");
    }

    @Test
    void rowsMustMakeSense() throws IOException {
        byte[] whole = Files.readAllBytes(npy);
        int header = 10 + (Byte.toUnsignedInt(whole[8]) | Byte.toUnsignedInt(whole[9]) << 8);
        int stride = (whole.length - header) / 10;
        // @sequence of row 3, @step of row 4, first of row 5, terminated of row 2, truncated of row 6.
        int[][] damages = {{3, 0, 1}, {4, 28, 1}, {5, 32, 1}, {2, 33, 1}, {6, 34, 7}};
        for (int[] damage : damages) {
            byte[] damaged = whole.clone();
            damaged[header + damage[0] * stride + damage[1]] = (byte) damage[2];
            Files.write(npy, damaged);
            requireRefused(npy, "a row makes no sense");
        }
    }

    @Test
    void whatGoesWithTheRowsMustBeReadable() throws IOException {
        Path side = place.resolve("rows.npy.json");
        String whole = Files.readString(side);
        Files.writeString(side, whole.substring(0, 30));
        requireRefused(npy, "what goes with the rows cannot be read", side.toString());
        Files.writeString(side, whole.replace("\"engram\": 1", "\"engram\": 2"));
        requireRefused(npy, "engram=2, expected 1");
        Files.writeString(side, whole.replace("\"number\": 0", "\"number\": 5"));
        requireRefused(npy, "episodes that are not described", "[0]");
        Files.writeString(side, whole.replace("\"streams\": [\"a\"]", "\"streams\": []"));
        requireRefused(npy, "stream=0 of an episode");
    }

    @Test
    void archivesMustBeWhole() throws IOException {
        byte[] whole = Files.readAllBytes(npz);
        Files.write(npz, Arrays.copyOf(whole, 100));
        requireRefused(npz, "not a zip");
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        Files.writeString(npz, text.replace("action.npy", "aktion.npy"), StandardCharsets.ISO_8859_1);
        requireRefused(npz, "a column is missing", "column=action");
        Files.writeString(npz, text.replace("'shape': (10, 2)", "'shape': (11, 2)"), StandardCharsets.ISO_8859_1);
        requireRefused(npz, "another length than it says", "observation.npy");
    }

    @Test
    void tensorDictsMustBeWhole() throws IOException {
        Path meta = tensorDict.resolve("meta.json");
        String whole = Files.readString(meta);
        Files.writeString(meta, whole.replace("torch.int32", "torch.bfloat16"));
        requireRefused(tensorDict, "torch.bfloat16");
        Files.writeString(meta, whole.replace("\"shape\": [9]", "\"shape\": [8]"));
        requireRefused(tensorDict, "shape");
        Files.writeString(meta, "[]");
        requireRefused(tensorDict, "expected an object");
        Files.writeString(meta, whole);
        cut(tensorDict.resolve("observation.memmap"), 4);
        requireRefused(tensorDict, "observation.memmap", "another length");
        Files.delete(tensorDict.resolve("next/meta.json"));
        requireRefused(tensorDict, "missing", "next");
    }
}
