package io.engram.replay.offheap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.replay.DType;
import io.engram.replay.EpisodeLabel;
import io.engram.replay.PriorityIndex;
import io.engram.replay.Schema;
import io.engram.replay.StreamWriter;
import io.engram.replay.offheap.OffHeapReplayMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that read rows without owning the memory, and that exchange them. */
class RowCommandsTest {
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
            episode(memory, "left", EpisodeLabel.ofSubject("ann", "good", "new"), 5, 1);
            episode(memory, "right", EpisodeLabel.ofSubject("bob", "good"), 3, 7);
            episode(memory, "left", EpisodeLabel.NONE, 4, -2);
        }
    }

    private OffHeapReplayMemory open() {
        return OffHeapReplayMemory.builder(SCHEMA, 64)
                .directory(directory)
                .segmentRows(8)
                .priorities(PriorityIndex.proportional("default").build())
                .open();
    }

    private static void episode(
            OffHeapReplayMemory memory, String stream, EpisodeLabel label, int steps, float reward) {
        try (StreamWriter writer = memory.writer(stream)) {
            writer.label(label);
            writer.policyVersion(steps);
            writer.begin(new float[] {0, 1, 2, 3});
            for (int i = 1; i <= steps; i++) {
                writer.step(i, reward, new float[] {i, 1, 2, 3}, i == steps, false);
            }
        }
    }

    @Test
    void infoSaysWhatTheMemoryIsAndHolds() {
        assertThat(command.run("info", directory)).isZero();
        assertThat(command.out())
                .containsPattern("state +memory\n")
                .containsPattern("schema +layout arrival; state observation f32\\[4]; step action i32\\[]; step reward")
                .containsPattern("capacity +64\n")
                .containsPattern("head +15\n")
                .containsPattern("rows +15\n")
                .containsPattern("transitions +12\n")
                .containsPattern("terminated +3\n")
                .containsPattern("episodes +3\n")
                .containsPattern("rows by versions of the policy since\n +0 +6 #+\n +1 +5 #+\n +2 to 3 +4 #+\n")
                .contains("priority index 'default', proportional, alpha 0.6: 12 positive");
        assertThat(command.run("info", "--json", directory)).isZero();
        assertThat(command.out())
                .startsWith("{\"directory\": ")
                .contains("\"state\": \"memory\"", "\"rows\": 15", "\"positive\": 12")
                .endsWith("}\n");
        assertThat(command.err()).isEmpty();
    }

    @Test
    void episodesAreListedFilteredAndSorted() {
        assertThat(command.run("ls", directory)).isZero();
        String[] lines = command.out().split("\n", -1);
        assertThat(lines[0]).containsSubsequence("stream", "kind", "begun", "ended", "number", "length", "return");
        assertThat(lines[1]).matches("left +terminated +20\\S+Z +20\\S+Z +0 +5 +5.00000 +5 +0 +5 +ann +good,new");
        assertThat(lines[4]).isEqualTo("total: 3 of 3 episodes");
        assertThat(numbers("--sort", "return")).containsExactly(1, 0, 2);
        assertThat(numbers("--sort", "length", "--limit", "2")).containsExactly(0, 2);
        assertThat(numbers("--stream", "left")).containsExactly(0, 2);
        assertThat(numbers("--tag", "good")).containsExactly(0, 1);
        assertThat(numbers("--tag", "good", "--subject", "bob")).containsExactly(1);
        assertThat(numbers("--subject", "eve")).isEmpty();
    }

    private List<Integer> numbers(String... options) {
        Object[] arguments = Stream.concat(Stream.of("ls", "--json", directory), Stream.of(options))
                .toArray();
        assertThat(command.run(arguments)).isZero();
        return Pattern.compile("\"number\": (\\d+)")
                .matcher(command.out())
                .results()
                .map(match -> Integer.valueOf(match.group(1)))
                .toList();
    }

    @Test
    void rowsAreShown() {
        assertThat(command.run("show", directory, "--episode", 1)).isZero();
        assertThat(command.out())
                .startsWith("6: episode 1, step 0, stream right, policy 3, first\n    observation = 0.0 1.0 2.0 3.0\n")
                .contains("9: episode 1, step 3, stream right, policy 3, terminated\n")
                .contains("    action = 3\n    reward = 7.0\ntotal: 4 rows\n");
        assertThat(command.run("show", directory, "--from", 4, "--to", 7, "--json"))
                .isZero();
        assertThat(command.out())
                .contains("{\"sequence\": 4, ", "{\"sequence\": 6, ", "\"observation\": [4.0, 1.0, 2.0, 3.0]")
                .doesNotContain("\"sequence\": 7");
        assertThat(command.run("show", directory, "--limit", 2)).isZero();
        assertThat(command.out()).startsWith("13: ").endsWith("total: 2 rows\n");
    }

    @Test
    void exportedRowsAreImportedAgain() {
        for (String name : List.of("rows.npy", "rows.npz", "rows")) {
            Path target = place.resolve(name);
            assertThat(command.run("export", directory, target)).isZero();
            assertThat(command.out()).contains("exported: " + target, "with 15 rows", "3 episodes");
            Path imported = place.resolve("of-" + name);
            assertThat(command.run("import", target, imported)).isZero();
            assertThat(command.out()).contains("imported: " + imported, "with 15 rows", "3 episodes");
            assertThat(command.run("ls", imported, "--subject", "ann")).isZero();
            assertThat(command.out()).contains("good,new", "total: 1 of 3 episodes");
            assertThat(command.run("check", imported)).isZero();
            assertThat(command.run("export", directory, target)).isEqualTo(2);
            assertThat(command.err()).startsWith("error: the target exists").hasLineCount(1);
        }
        assertThat(command.run("export", "--json", "--format", "npz", directory, place.resolve("x.bin")))
                .isZero();
        assertThat(command.out()).contains("\"format\": \"npz\", \"rows\": 15, ");
    }

    @Test
    void memoryInUseIsReadAndNotChanged() {
        try (OffHeapReplayMemory memory = open()) {
            assertThat(command.run("info", directory)).isZero();
            assertThat(command.out()).containsPattern("state +in use\n");
            assertThat(command.run("ls", directory)).isZero();
            assertThat(command.run("show", directory)).isZero();
            assertThat(command.run("export", directory, place.resolve("rows.npz")))
                    .isZero();
            assertThat(memory.size()).isEqualTo(15);
        }
    }

    @Test
    void whatCannotBeIsToldInOneSentence() throws IOException {
        Path nothing = place.resolve("nothing");
        Path text = Files.writeString(place.resolve("text.npy"), "this is no array");
        Path other = place.resolve("other.txt");
        Object[][] refused = {
            {2, "info", nothing},
            {2, "info", place},
            {2, "ls", nothing},
            {2, "ls", "--limit", "-1", directory},
            {2, "show", nothing},
            {2, "show", "--episode", "99", directory},
            {2, "show", "--episode", "1", "--from", "3", directory},
            {2, "show", "--limit", "0", directory},
            {2, "export", nothing, place.resolve("a.npy")},
            {2, "export", directory, place.resolve("no/such/a.npy")},
            {2, "export", directory, other},
            {2, "export", "--format", "hdf5", directory, place.resolve("a")},
            {1, "import", place.resolve("a.npz"), place.resolve("new")},
            {2, "import", text, directory},
            {2, "import", text, place.resolve("new")},
            {1, "import", "--format", "npz", text, place.resolve("new")},
            {2, "import", "--capacity", "0", text, place.resolve("new")},
            {2, "import", "--schema", nothing, text, place.resolve("new")},
        };
        for (Object[] line : refused) {
            Object[] arguments = List.of(line).subList(1, line.length).toArray();
            assertThat(command.run(arguments))
                    .as("%s: %s", List.of(line), command.err())
                    .isEqualTo(line[0]);
            assertThat(command.err()).startsWith("error: ").hasLineCount(1);
            assertThat(command.out()).isEmpty();
        }
        for (String name : List.of("info", "ls", "show", "export", "import")) {
            assertThat(command.run(name)).isEqualTo(2);
            assertThat(command.run(name, "--fast", directory)).isEqualTo(2);
            assertThat(command.run(name, "--help")).isZero();
            assertThat(command.out()).contains("replay " + name, "--json");
        }
        assertThat(place.resolve("new")).doesNotExist();
        assertThat(command.run("ls", "--sort", "colour", directory)).isEqualTo(2);
    }

    @Test
    void rowsOfAnotherToolNeedASchema() throws IOException {
        Path target = place.resolve("rows.npy");
        assertThat(command.run("export", directory, target)).isZero();
        Files.delete(place.resolve("rows.npy.json"));
        assertThat(command.run("import", target, place.resolve("new"))).isEqualTo(2);
        assertThat(command.err()).contains("the rows bring no schema");
        Path schema = Files.writeString(place.resolve("schema.txt"), SCHEMA.toText());
        assertThat(command.run("import", "--schema", schema, target, place.resolve("new")))
                .isZero();
        assertThat(command.run("ls", place.resolve("new"))).isZero();
        assertThat(command.out()).contains("stream-0", "stream-1", "total: 3 of 3 episodes");
        Files.writeString(schema, SCHEMA.toText() + "step more f32[]\n");
        assertThat(command.run("import", "--schema", schema, target, place.resolve("newer")))
                .isEqualTo(1);
        assertThat(command.err()).contains("a column is missing", "column=more", "f32[]");
    }

    /** The transcripts in README.md have the form of what is printed. */
    @Test
    void transcriptsHaveTheLinesOfToday() throws IOException {
        String readme = Files.readString(Path.of(System.getProperty("engram.root"), "README.md"));
        assertThat(command.run("ls", directory)).isZero();
        assertThat(readme)
                .containsPattern(columns(command.out().lines().findFirst().orElseThrow()));
        assertThat(command.run("info", directory)).isZero();
        for (String line : command.out().lines().limit(19).toList()) {
            String name = line.split(" ", 2)[0];
            boolean told = List.of("directory", "state", "schema", "capacity", "rows", "episodes")
                    .contains(name);
            assertThat(readme.contains("\n" + String.format("%-13s ", name)))
                    .as(name)
                    .isEqualTo(told);
        }
        assertThat(command.run("export", directory, place.resolve("rows.npz"))).isZero();
        String exported = command.out().replaceFirst("\\S+npz ", "cartpole.npz ");
        assertThat(readme)
                .contains(exported.replace("15 rows, 3 ep", "3000 rows, 132 ep"))
                .contains("$ replay import cartpole.npz copy\nimported: copy (npz) with 3000 rows, 132 episodes\n")
                .containsPattern("\n\\d+: episode 3, step 0, stream actor, policy 0\n {4}observation = ");
    }

    private static String columns(String head) {
        return "\n" + String.join(" +", head.split(" +")) + "\n";
    }
}
