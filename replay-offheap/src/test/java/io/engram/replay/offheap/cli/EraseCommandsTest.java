package io.engram.replay.offheap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.DType;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.ErasureCertificate;
import io.engram.replay.offheap.ErasureRequest;
import io.engram.replay.offheap.Erasures;
import io.engram.replay.offheap.OffHeapReplayMemory;
import io.engram.replay.offheap.StoreCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that erase, and that prove it. */
class EraseCommandsTest {
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
            episode(memory, "left", EpisodeLabel.ofSubject("ann", "good", "new"), 5);
            episode(memory, "right", EpisodeLabel.ofSubject("bob", "good"), 3);
            episode(memory, "left", EpisodeLabel.NONE, 4);
            memory.snapshot("one");
        }
    }

    private OffHeapReplayMemory open() {
        return OffHeapReplayMemory.builder(SCHEMA, 64)
                .directory(directory)
                .segmentRows(8)
                .open();
    }

    private static void episode(OffHeapReplayMemory memory, String stream, EpisodeLabel label, int steps) {
        try (StreamWriter writer = memory.writer(stream)) {
            writer.label(label);
            writer.begin(new float[] {0, 1, 2, 3});
            for (int i = 1; i <= steps; i++) {
                writer.step(i, 1, new float[] {i, 1, 2, 3}, i == steps, false);
            }
        }
    }

    private UUID onlyId() {
        return Erasures.of(directory).certificates().get(0).id();
    }

    @Test
    void subjectIsErasedAndProven() {
        assertThat(command.run("erase", directory, "--subject", "ann")).isZero();
        assertThat(command.out())
                .startsWith("erased: subject with sha256 ")
                .contains("\nrows: 6\nepisodes: 1\n")
                .doesNotContain("ann");
        assertThat(command.run("ls", directory)).isZero();
        assertThat(command.out()).contains("total: 2 of 2 episodes").doesNotContain("ann");
        assertThat(command.run("ls", directory.resolve("snapshots").resolve("one")))
                .isZero();
        assertThat(command.out()).contains("total: 2 of 2 episodes").doesNotContain("ann");
        assertThat(command.run("verify-erasure", directory)).isZero();
        assertThat(command.out()).contains(onlyId() + ": proven, subject with sha256 ", "total: 1 erasures");
        assertThat(command.run("verify-erasure", directory, "--id", onlyId(), "--text", "ann", "--json"))
                .isZero();
        assertThat(command.out()).contains("\"proven\": true", "\"findings\": []");
        assertThat(command.run("check", directory)).isZero();
    }

    /** The transcript in README.md has the form of what is printed. */
    @Test
    void transcriptHasTheLinesOfToday() throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("engram.root"), "README.md"));
        assertThat(command.run("erase", directory, "--episodes", "0,1")).isZero();
        for (String line : command.out().lines().limit(5).toList()) {
            String pattern = line.replaceAll("[0-9a-f-]{36}", "[0-9a-f-]{36}").replaceAll("\\[0, 1]", "\\\\[20, 111]");
            assertThat(readme).containsPattern("\n" + pattern.replaceAll(": \\d+$", ": \\\\d+") + "\n");
        }
        assertThat(command.run("verify-erasure", directory)).isZero();
        String proof = command.out().replaceFirst(".*: proven, episodes \\[0, 1]", ": proven, episodes [20, 111]");
        assertThat(readme)
                .containsPattern("\n[0-9a-f-]{36}" + proof.replace("[", "\\[").replaceAll("=\\d+", "=\\\\d+"));
    }

    @Test
    void everyWayToChooseIsOne() {
        assertThat(command.run("erase", directory, "--episodes", "0,1", "--json"))
                .isZero();
        assertThat(command.out())
                .contains("\"kind\": \"EPISODES\"", "\"episodes\": [0, 1]", "\"rows\": 10", "\"unreached\": ")
                .contains("\"digestBefore\": \"", "\"finished\": \"20");
        assertThat(command.run("erase", directory, "--from", "10", "--to", "12"))
                .isZero();
        assertThat(command.out()).contains("erased: sequences 10 to 12\n", "\nrows: 2\n");
        assertThat(command.run("erase", directory, "--stream", "left")).isZero();
        assertThat(command.out()).contains("erased: stream with sha256 ", "\nepisodes: 1\n");
        assertThat(command.run("erase", directory, "--tag", "good")).isZero();
        assertThat(command.out()).contains("\nrows: 0\nepisodes: 0\n");
        assertThat(command.run("verify-erasure", directory)).isZero();
        assertThat(command.out()).contains("total: 4 erasures").doesNotContain("NOT PROVEN");
    }

    @Test
    void wrongUseErasesNothing() {
        assertThat(command.run("erase", directory)).isEqualTo(2);
        assertThat(command.err()).contains("expected one of --subject", "nothing was erased");
        assertThat(command.run("erase", directory, "--subject", "ann", "--tag", "good"))
                .isEqualTo(2);
        assertThat(command.run("erase", directory, "--from", "1")).isEqualTo(2);
        assertThat(command.run("erase", directory, "--from", "3", "--to", "3")).isEqualTo(2);
        assertThat(command.run("erase", directory, "--subject", "")).isEqualTo(2);
        assertThat(command.run("erase", place.resolve("nothing"), "--subject", "ann"))
                .isEqualTo(2);
        assertThat(command.run("verify-erasure", directory, "--text", "ann")).isEqualTo(2);
        assertThat(command.run("verify-erasure", directory, "--id", UUID.randomUUID()))
                .isEqualTo(2);
        assertThat(command.err()).contains("there is no such erasure");
        assertThat(Erasures.of(directory).certificates()).isEmpty();
        assertThat(command.run("ls", directory)).isZero();
        assertThat(command.out()).contains("total: 3 of 3 episodes");
    }

    @Test
    void memoryInUseIsAskedToErase() {
        try (OffHeapReplayMemory memory = open()) {
            assertThat(command.run("erase", directory, "--subject", "bob")).isZero();
            assertThat(command.out()).contains("\nrows: 4\nepisodes: 1\n");
            assertThat(memory.catalogue().bySubject("bob")).isEmpty();
            assertThat(memory.catalogue().bySubject("ann")).isNotEmpty();
        }
        assertThat(Erasures.of(directory).certificates())
                .extracting(ErasureCertificate::kind)
                .containsExactly("SUBJECT");
        assertThat(StoreCheck.of(directory).run().isSound()).isTrue();
    }

    @Test
    void nothingIsProvenWhereThereIsNoMemory() {
        assertThat(command.run("verify-erasure", place.resolve("nothing"))).isEqualTo(2);
        assertThat(command.err()).contains("there is no memory in the directory");
        assertThat(command.out()).isEmpty();
        Path snapshot = directory.resolve("snapshots").resolve("one");
        assertThat(command.run("verify-erasure", snapshot)).isEqualTo(2);
        assertThat(command.err()).contains("the directory is a snapshot", "give the directory of the memory");
        assertThat(command.out()).isEmpty();
        assertThat(command.run("erase", snapshot, "--subject", "ann")).isEqualTo(2);
        assertThat(command.err()).contains("the directory is a snapshot, which is erased with its memory");
        assertThat(command.run("erase", "--help")).isZero();
        assertThat(command.out()).contains("The directory of the memory.").doesNotContain("or of a snapshot");
    }

    @Test
    void whatIsNotFinishedIsListedBesideProofs() throws IOException {
        assertThat(command.run("erase", directory, "--subject", "ann")).isZero();
        UUID proven = onlyId();
        UUID pending = Erasures.of(directory).request(ErasureRequest.subject("bob"));
        assertThat(command.run("verify-erasure", directory)).isEqualTo(1);
        assertThat(command.out())
                .contains(proven + ": proven", pending + ": not finished, subject with sha256 ", "total: 2 erasures");
        assertThat(command.run("verify-erasure", directory, "--json")).isEqualTo(1);
        assertThat(command.out()).contains("\"notFinished\": [\n  \"" + pending + "\"]", "\"proven\": true");
        open().close();
        assertThat(command.run("verify-erasure", directory)).isZero();
        Path record = directory.resolve("erasure").resolve(proven + ".erasure");
        byte[] bytes = Files.readAllBytes(record);
        bytes[80] ^= 1;
        Files.write(record, bytes);
        assertThat(command.run("verify-erasure", directory)).isEqualTo(1);
        assertThat(command.out()).contains("a record that is damaged: " + record, pending + ": proven");
    }

    @Test
    void whoNamesNothingThatIsThereIsTold() {
        assertThat(command.run("erase", directory, "--subject", "nobody")).isZero();
        assertThat(command.out()).contains("\nrows: 0\nepisodes: 0\n");
        assertThat(command.err()).contains("nothing was found that is meant");
        assertThat(command.run("erase", directory, "--subject", "ann")).isZero();
        assertThat(command.err()).isEmpty();
        for (String timeout : List.of("-5", "0")) {
            assertThat(command.run("erase", directory, "--subject", "bob", "--timeout", timeout))
                    .isEqualTo(2);
            assertThat(command.err()).contains("--timeout=" + timeout + ", expected at least 1 second");
        }
        try (OffHeapReplayMemory memory = open()) {
            assertThat(memory.catalogue().bySubject("bob")).isNotEmpty();
        }
    }
}
