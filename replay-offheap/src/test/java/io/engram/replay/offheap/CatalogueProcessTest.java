package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Catalogues of other processes: without Chronicle Map, without its flags, and killed. */
class CatalogueProcessTest {
    private static final String PATH = System.getProperty("java.class.path");

    @TempDir
    Path place;

    private Process start(String classPath, List<String> flags, String what) throws IOException {
        return ChildJvm.start(
                CatalogueMain.class, place.resolve("errors"), classPath, flags, place.resolve("memory"), what);
    }

    private String output(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(errors()).isZero();
        return output.strip();
    }

    private String errors() throws IOException {
        return Files.readString(place.resolve("errors"));
    }

    private static List<String> catalogueFlags() {
        return List.of(System.getProperty("engram.catalogue.flags", "").split(" "));
    }

    private void assertOneSentence(String reason) throws IOException {
        assertThat(errors().lines().filter(line -> line.contains("catalogue")).toList())
                .singleElement()
                .asString()
                .contains("the catalogue has no index, questions are answered from the journal")
                .contains(reason);
    }

    @Test
    void withLibraryAndFlagsThereIsAnIndex() throws Exception {
        // Enough for the first map of a process; a slow machine takes longer, so it is waited for in "wait".
        Process process = start(PATH, catalogueFlags(), "wait");
        try (BufferedReader reader = process.inputReader()) {
            assertThat(reader.readLine()).as(errors()).isEqualTo("indexed=true");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void withoutTheLibraryTheJournalAnswers() throws Exception {
        String filtered = Arrays.stream(PATH.split(File.pathSeparator))
                .filter(each -> !each.contains("chronicle") && !each.contains("openhft"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(filtered).isNotEqualTo(PATH);
        assertThat(output(start(filtered, catalogueFlags(), "compare"))).isEqualTo("indexed=false");
        assertOneSentence("add net.openhft:chronicle-map");
        assertThat(place.resolve("memory/catalogue")).doesNotExist();
    }

    @Test
    void withoutTheFlagsTheJournalAnswers() throws Exception {
        assertThat(output(start(PATH, List.of(), "compare"))).isEqualTo("indexed=false");
        assertOneSentence("add --add-exports=java.base/jdk.internal.ref=ALL-UNNAMED");
    }

    @Test
    void killedProcessLeavesAnIndexThatIsMadeAnew() throws Exception {
        for (int i = 0; i < 3; i++) {
            Process process = start(PATH, catalogueFlags(), "wait");
            try (BufferedReader reader = process.inputReader()) {
                assertThat(reader.readLine()).as(errors()).isEqualTo("indexed=true");
                Thread.sleep(20 * i);
            } finally {
                process.destroyForcibly().waitFor();
            }
            assertThat(place.resolve("memory/catalogue/clean.mark")).doesNotExist();
            try (OffHeapReplayMemory memory = CatalogueMain.open(place.resolve("memory"))) {
                CatalogueIndexTest.awaitIndex(memory);
                CatalogueOracle.assertAgrees(memory, CatalogueMain.NOW);
                assertThat(memory.catalogue().isIndexed()).isTrue();
            }
            assertThat(place.resolve("memory/catalogue/clean.mark")).exists();
        }
    }
}
