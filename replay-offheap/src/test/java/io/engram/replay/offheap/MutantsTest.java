package io.engram.replay.offheap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The planted bugs of {@code src/test/mutants} fit the sources still; the script {@code run} there catches them. */
class MutantsTest {
    private static final Path ROOT = Path.of(System.getProperty("engram.root", ".."));
    private static final Path MUTANTS = ROOT.resolve("replay-offheap/src/test/mutants");

    static List<Path> patches() throws IOException {
        try (Stream<Path> files = Files.list(MUTANTS)) {
            return files.filter(file -> file.toString().endsWith(".patch"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("patches")
    void patchFitsTheSourceAndNamesATest(Path patch) throws IOException {
        List<String> lines = Files.readAllLines(patch);
        String test = lines.stream()
                .filter(line -> line.startsWith("# test: "))
                .findFirst()
                .orElseThrow()
                .substring("# test: ".length());
        assertThat(ROOT.resolve("replay-offheap/src/test/java/io/engram/replay/offheap/" + test + ".java"))
                .exists();
        String source = "";
        StringBuilder before = new StringBuilder();
        int hunks = 0;
        for (int i = 0; i <= lines.size(); i++) {
            String line = i < lines.size() ? lines.get(i) : "@@";
            if (line.startsWith("@@") || line.startsWith("diff ")) {
                assertThat(source)
                        .as("%s: the source holds", patch.getFileName())
                        .contains(before);
                hunks += before.isEmpty() ? 0 : 1;
                before.setLength(0);
            } else if (line.startsWith("+++ b/")) {
                source = Files.readString(ROOT.resolve(line.substring("+++ b/".length())));
            } else if (line.startsWith(" ") || (line.startsWith("-") && !line.startsWith("--- "))) {
                before.append(line.substring(1)).append('\n');
            }
        }
        assertThat(hunks).isPositive();
    }
}
