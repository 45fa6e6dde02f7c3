package io.engram.replay.offheap.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.engram.replay.DType;
import io.engram.replay.PriorityIndex;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.SnapshotRequest;
import io.engram.replay.offheap.Snapshots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for snapshots: what they do and print, and their exit codes. */
class SnapshotCommandTest {
    private static final Schema SCHEMA = Schema.builder()
            .observation(DType.F32, 4)
            .action(DType.I32)
            .reward()
            .build();

    @TempDir
    Path place;

    private final CommandRun command = new CommandRun();
    private Path directory;

    @BeforeEach
    void makeMemory() {
        directory = place.resolve("memory");
        try (OffHeapReplayMemory memory = open()) {
            append(memory, 21);
            memory.beginSnapshot(SnapshotRequest.named("first").step(1_000)).await();
            append(memory, 9);
        }
    }

    private OffHeapReplayMemory open() {
        return OffHeapReplayMemory.builder(SCHEMA, 64)
                .directory(directory)
                .segmentRows(8)
                .priorities(PriorityIndex.proportional("default").build())
                .open();
    }

    private static void append(OffHeapReplayMemory memory, int rows) {
        try (StreamWriter writer = memory.writer("a")) {
            for (int i = 0; i < rows; i++) {
                writer.field("observation").set(new float[] {i, 1, 2, 3});
                if (i == 0) {
                    writer.begin();
                } else {
                    writer.field("action").set(i);
                    writer.field("reward").set(0.5f);
                    writer.step(false, i == rows - 1);
                }
            }
        }
    }

    private int run(String... arguments) {
        return command.run((Object[]) arguments);
    }

    private long rows() {
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.open(directory)) {
            return memory.size();
        }
    }

    @Test
    void createdSnapshotIsListedWithWhatItCosts() {
        assertThat(run("snapshot", "create", directory.toString(), "second")).isZero();
        assertThat(command.out()).startsWith("created: ").contains("second with 30 rows");
        assertThat(run("snapshot", "list", directory.toString())).isZero();
        String[] lines = command.out().split("\n", -1);
        assertThat(lines[0]).containsSubsequence("name", "number", "taken", "step", "rows", "first", "end", "own");
        assertThat(lines[1]).matches("first +1  20\\S+Z  1000    21      0   21 +\\d+ +\\d+");
        assertThat(lines[2]).matches("second +2  20\\S+Z     -    30      0   30 +\\d+ +\\d+");
        assertThat(lines[3]).startsWith("total: 2 snapshots, own bytes=");
        assertThat(run("snapshot", "list", "--json", directory.toString())).isZero();
        assertThat(command.out())
                .startsWith("{\"snapshots\": [")
                .contains("\"name\": \"first\", \"number\": 1", "\"step\": 1000, \"rows\": 21", "\"ownBytes\": ")
                .endsWith("}\n");
        assertThat(command.err()).isEmpty();
    }

    @Test
    void memoryGoesBackToASnapshot() {
        assertThat(rows()).isEqualTo(30);
        assertThat(run("snapshot", "restore", directory.toString(), "first")).isZero();
        assertThat(command.out()).contains("restored: " + directory + " to first with 21 rows");
        assertThat(rows()).isEqualTo(21);
    }

    @Test
    void forkIsAMemoryOfItsOwn() {
        Path fork = place.resolve("fork");
        assertThat(run("snapshot", "fork", directory.toString(), "first", fork.toString()))
                .isZero();
        assertThat(command.out()).contains("forked: " + fork + " from first with 21 rows");
        try (OffHeapReplayMemory memory = OffHeapReplayMemory.open(fork)) {
            assertThat(memory.size()).isEqualTo(21);
            assertThat(memory.schema()).isEqualTo(SCHEMA);
        }
        assertThat(run("snapshot", "fork", directory.toString(), "first", fork.toString()))
                .isEqualTo(2);
        assertThat(command.err()).startsWith("error: ").contains(fork.toString());
        assertThat(run("check", fork.toString())).isZero();
    }

    @Test
    void snapshotsAreDeletedByNameOrByARule() {
        for (int i = 2; i <= 7; i++) {
            assertThat(run("snapshot", "create", directory.toString(), "n" + i)).isZero();
        }
        assertThat(run("snapshot", "delete", directory.toString(), "n2", "n3")).isZero();
        assertThat(command.out()).contains("deleted: n2", "deleted: n3");
        assertThat(run("snapshot", "retain", directory.toString(), "--last", "2", "--every", "4"))
                .isZero();
        assertThat(command.out()).contains("deleted: first", "deleted: n5").doesNotContain("n4", "n6", "n7");
        assertThat(run("snapshot", "retain", directory.toString(), "--last", "1"))
                .isZero();
        assertThat(Snapshots.of(directory).list())
                .singleElement()
                .satisfies(snapshot -> assertThat(snapshot.name()).isEqualTo("n7"));
    }

    @Test
    void memoryInUseTakesItsSnapshotsItself() {
        try (OffHeapReplayMemory memory = open()) {
            assertThat(run("snapshot", "create", directory.toString(), "second"))
                    .isEqualTo(2);
            assertThat(command.err())
                    .startsWith("error: ")
                    .contains(
                            "takes its snapshots itself",
                            "pid=" + ProcessHandle.current().pid());
            assertThat(run("snapshot", "restore", directory.toString(), "first"))
                    .isEqualTo(2);
            assertThat(command.err()).contains("pid=");
            assertThat(run("snapshot", "list", directory.toString())).isZero();
            assertThat(run("snapshot", "delete", directory.toString(), "first")).isZero();
            assertThat(memory.size()).isEqualTo(30);
        }
    }

    @Test
    void whatCannotBeIsToldInOneSentence() throws IOException {
        String nothing = place.resolve("nothing").toString();
        String[][] refused = {
            {"snapshot", "list", nothing},
            {"snapshot", "create", nothing, "a"},
            {"snapshot", "create", directory.toString(), "a/b"},
            {"snapshot", "create", directory.toString(), "first"},
            {"snapshot", "delete", directory.toString(), "none"},
            {"snapshot", "restore", directory.toString(), "none"},
            {"snapshot", "fork", directory.toString(), "none", nothing},
            {"snapshot", "retain", directory.toString(), "--last", "0"}
        };
        for (String[] arguments : refused) {
            assertThat(run(arguments)).as(String.join(" ", arguments)).isEqualTo(2);
            assertThat(command.err())
                    .as(String.join(" ", arguments))
                    .startsWith("error: ")
                    .hasLineCount(1);
        }
        assertThat(Files.exists(Path.of(nothing))).isFalse();
        assertThat(run("snapshot")).isEqualTo(2);
        assertThat(run("snapshot", "list")).isEqualTo(2);
        assertThat(run("snapshot", "retain", directory.toString())).isEqualTo(2);
        assertThat(run("snapshot", "delete", directory.toString())).isEqualTo(2);
        assertThat(run("snapshot", "list", "--fast", directory.toString())).isEqualTo(2);
    }

    @Test
    void damagedSnapshotIsToldAndCanBeDeleted() throws IOException {
        Path manifest = directory.resolve("snapshots/first/snapshot.engram");
        byte[] bytes = Files.readAllBytes(manifest);
        bytes[60] ^= 1;
        Files.write(manifest, bytes);
        assertThat(run("snapshot", "list", directory.toString())).isEqualTo(1);
        assertThat(command.err()).contains(manifest.toString());
        assertThat(run("check", directory.toString())).isEqualTo(1);
        assertThat(command.out()).contains("delete it: first");
        assertThat(run("check", directory.resolve("snapshots/first").toString()))
                .isEqualTo(1);
        assertThat(run("snapshot", "delete", directory.toString(), "first")).isZero();
        assertThat(run("check", directory.toString())).isZero();
    }

    /** Where a jar with these commands was built before: the build makes it after this test. */
    @Test
    void jarHasTheCommands() throws IOException, InterruptedException {
        Path jar = ReplayCommandTest.jar();
        assumeThat(jar).isNotNull();
        try (JarFile file = new JarFile(jar.toFile())) {
            assumeThat(file.getEntry(SnapshotCommand.class.getName().replace('.', '/') + ".class"))
                    .isNotNull();
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar.toString(),
                        "snapshot",
                        "list",
                        directory.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("first", "total: 1 snapshots");
    }

    @Test
    void helpIsThereForEach() {
        assertThat(run("snapshot", "--help")).isZero();
        for (String name : new String[] {"list", "create", "delete", "restore", "fork", "retain"}) {
            assertThat(run("snapshot", "--help")).isZero();
            assertThat(command.out()).contains(name);
            assertThat(run("snapshot", name, "--help")).isZero();
            assertThat(command.out()).contains("replay snapshot " + name, "DIR");
        }
    }
}
