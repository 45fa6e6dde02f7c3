package io.engram.replay.offheap.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.engram.replay.DType;
import io.engram.replay.PriorityIndex;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapReplayMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line: what it prints where, and its exit codes. */
class ReplayCommandTest {
    private static final Schema SCHEMA = Schema.builder()
            .observation(DType.F32, 4)
            .action(DType.I32)
            .reward()
            .build();

    private static final int ROWS = 21;

    @TempDir
    Path place;

    private final CommandRun command = new CommandRun();
    private Path directory;

    @BeforeEach
    void makeMemory() {
        // With what must be escaped in JSON.
        directory = place.resolve("memory \"\u00e4\\");
        try (OffHeapReplayMemory memory = open();
                StreamWriter writer = memory.writer("a")) {
            for (int i = 0; i < ROWS; i++) {
                writer.field("observation").set(new float[] {i, 1, 2, 3});
                if (i == 0) {
                    writer.begin();
                } else {
                    writer.field("action").set(i);
                    writer.field("reward").set(0.5f);
                    writer.step(false, false);
                }
            }
        }
    }

    private OffHeapReplayMemory open() {
        return OffHeapReplayMemory.builder(SCHEMA, 64)
                .directory(directory)
                .segmentRows(8)
                .priorities(PriorityIndex.proportional("default").build())
                .open();
    }

    private int run(String... arguments) {
        return command.run((Object[]) arguments);
    }

    private void damage(String name, int offset) throws IOException {
        Path file = directory.resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void soundMemoryIsToldInText() {
        assertThat(run("check", directory.toString())).isZero();
        assertThat(command.out())
                .contains("21 rows", "1 priority indexes", "sound: 0 errors, 0 warnings")
                .contains(directory.toString());
        assertThat(command.err()).isEmpty();
    }

    @Test
    void damagedMemoryIsToldAndRepairedWhereThatCanBe() throws IOException {
        damage("priorities/default.index", 40);
        assertThat(run("check", directory.toString())).isEqualTo(1);
        assertThat(command.out()).contains("ERROR: ", "default.index", "NOT SOUND: 1 errors");
        assertThat(run("check", "--repair", directory.toString())).isZero();
        assertThat(command.out()).contains("repaired: removed ", "lost: its priorities");
        assertThat(run("check", directory.toString())).isZero();
        open().close();
    }

    @Test
    void whatCannotBeRepairedStaysAnError() throws IOException {
        Path head = directory.resolve("memory.engram");
        byte[] whole = Files.readAllBytes(head);
        damage("memory.engram", 40);
        assertThat(run("check", "--repair", directory.toString())).isEqualTo(1);
        assertThat(command.out()).contains("memory.engram", "NOT SOUND");
        Files.write(head, whole);
    }

    @Test
    void reportIsOneJsonObject() throws IOException {
        damage("priorities/default.index", 40);
        assertThat(run("check", "--json", directory.toString())).isEqualTo(1);
        String json = command.out();
        assertThat(json)
                .startsWith("{\"directory\": ")
                .contains("\"sound\": false", "\"severity\": \"error\"", "memory \\\"\\u00e4\\\\", "\"rows\": 21")
                .endsWith("}\n");
        assertThat(json.chars()).allMatch(c -> c == '\n' || (c >= ' ' && c <= '~'));
        // Quotes and brackets pair up, as in JSON and in little else.
        String skeleton = json.replaceAll("\\\\.", "").replaceAll("\"[^\"]*\"", "s");
        assertThat(skeleton).matches("[\\s{}\\[\\],:s0-9a-z]*");
        assertThat(skeleton.chars().filter(c -> c == '{').count())
                .isEqualTo(skeleton.chars().filter(c -> c == '}').count());
        damage("priorities/default.index", 40);
    }

    @Test
    void wrongUsageIsToldApart() throws IOException {
        assertThat(run()).isEqualTo(2);
        assertThat(run("check")).isEqualTo(2);
        assertThat(run("chek", directory.toString())).isEqualTo(2);
        assertThat(run("check", "--fast", directory.toString())).isEqualTo(2);
        assertThat(command.out()).isEmpty();
        assertThat(run("check", place.resolve("nothing").toString())).isEqualTo(2);
        assertThat(command.err()).contains("error: no Engram memory", "nothing");
        assertThat(run("check", Files.createDirectory(place.resolve("empty")).toString()))
                .isEqualTo(2);
    }

    @Test
    void memoryInUseIsRefused() {
        try (OffHeapReplayMemory memory = open()) {
            assertThat(run("check", directory.toString())).isEqualTo(2);
            assertThat(run("check", "--repair", directory.toString())).isEqualTo(2);
            assertThat(command.err()).contains("pid=" + ProcessHandle.current().pid(), directory.toString());
            assertThat(memory.size()).isPositive();
        }
        assertThat(run("check", directory.toString())).isZero();
    }

    @Test
    void helpSaysWhatExitCodesMean() {
        assertThat(run("--help")).isZero();
        assertThat(command.out()).contains("check", "Exit codes:");
        assertThat(run("check", "--help")).isZero();
        assertThat(command.out()).contains("--repair", "--json", "DIR");
    }

    /** Where a jar was built before: the build makes it after this test. */
    @Test
    void jarRunsByItself() throws IOException, InterruptedException {
        Path jar = jar();
        assumeThat(jar).isNotNull();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar.toString(),
                        "check",
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("21 rows", "sound: ");
    }

    static Path jar() throws IOException {
        Path target = Path.of(System.getProperty("engram.root"), "replay-offheap", "target");
        try (Stream<Path> files = Files.list(target)) {
            List<Path> jars = files.filter(file -> file.getFileName().toString().endsWith("-cli.jar"))
                    .toList();
            return jars.isEmpty() ? null : jars.get(0);
        }
    }
}
