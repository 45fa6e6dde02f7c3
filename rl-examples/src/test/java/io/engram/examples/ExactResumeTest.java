package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.engram.replay.SplitMix64;
import io.engram.replay.offheap.Snapshot;
import io.engram.replay.offheap.Snapshots;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** A run that is stopped at any moments, and gone on with by the same command, is the run that was never stopped. */
class ExactResumeTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "--memory=uniform --n-step=1,     1400, 130, 4",
        "--memory=prioritized --n-step=1, 1400, 130, 4",
        "--memory=rank --n-step=1,        1400, 130, 4",
        "--memory=prioritized --n-step=3, 1400, 130, 4",
        "--env=Catch,                     1052, 500, 2",
    })
    void stoppedRunIsTheOneThatNeverStopped(String options, int steps, int every, int stops) throws IOException {
        String common = options + " --seed=6 --steps=" + steps + " --snapshot-every=" + every;
        Path whole = directory.resolve("whole");
        JsonObject expected = run(whole, common, () -> false);
        Path stopped = directory.resolve("stopped");
        SplitMix64 random = new SplitMix64(12);
        int inTheMiddle = 0;
        for (int i = 0; i < stops; i++) {
            // The first stops anywhere, the others where it learns, each a little later than the one before.
            long last = i == 0 ? 1 + random.nextInt(steps / 3) : steps - 1 - random.nextInt(steps * (stops - i) / 20);
            abandon(stopped, common, Math.max(0, last - Math.max(0, ChildRuns.newestStep(stopped))));
            inTheMiddle += Checkpoint.of("", Runs.state(stopped, "run")).getLong("episode/length") > 0 ? 1 : 0;
        }
        JsonObject found = run(stopped, common, () -> false);
        assertThat(inTheMiddle).isPositive();
        assertThat(found.get("resumedFromStep").getAsLong()).isPositive().isLessThan(steps);
        assertThat(found.get("weightsSha256")).isEqualTo(expected.get("weightsSha256"));
        for (String same : List.of("episodes", "meanReturn100", "solvedAtStep", "memorySize", "memoryAppended")) {
            assertThat(found.get(same)).as(same).isEqualTo(expected.get(same));
        }
        Runs.requireEqual(stopped, whole);
        assertThatItLearnedAsOftenAsTheScheduleSays(stopped, steps);
    }

    /** No burst after a resume: what was learned in all is what the steps ask for. */
    private static void assertThatItLearnedAsOftenAsTheScheduleSays(Path run, int steps) {
        Checkpoint state = Checkpoint.of("", Runs.state(run, "run"));
        DqnSettings.Schedule schedule = RunIdentity.restore(state).settings().schedule();
        assertThat(state.getLong("sampler/batches"))
                .isEqualTo(schedule.batches(steps))
                .isPositive();
    }

    /** Nothing is left behind at the end of a run, nor of what an evaluation there found, that a longer one has not. */
    @Test
    void runThatIsMadeLongerIsTheLongOne() throws IOException {
        String common = "--seed=4 --snapshot-every=400 --steps=";
        Path whole = directory.resolve("whole");
        run(whole, common + 1_500, () -> false);
        Path longer = directory.resolve("longer");
        for (int steps : new int[] {100, 1_100, 1_100, 1_130, 1_500}) {
            run(longer, common + steps, () -> false);
            byte[] best = Runs.state(longer, "best");
            // With seed 4 the network of step 1,100 plays best, which best.bin alone shall tell.
            assertThat(best.length == 0 || Checkpoint.of("", best).getLong("step") % 512 == 0)
                    .as("best after steps=%d", steps)
                    .isTrue();
        }
        Runs.requireEqual(longer, whole);
    }

    /** As by a signal: the state is saved where it stopped. */
    @Test
    void runStoppedBySignalsIsTheOneThatNeverStopped() throws IOException {
        String common = "--memory=prioritized --seed=3 --snapshot-every=400 --steps=1400";
        Path whole = directory.resolve("whole");
        run(whole, common, () -> false);
        Path stopped = directory.resolve("stopped");
        for (int calls : new int[] {77, 500, 1, 600}) {
            long before = ChildRuns.newestStep(stopped);
            run(stopped, common, stopAfter(calls));
            assertThat(ChildRuns.newestStep(stopped)).isEqualTo(Math.max(0, before) + calls - 1);
        }
        run(stopped, common, () -> false);
        Runs.requireEqual(stopped, whole);
    }

    /** Killed by the system, at moments that nobody chose. */
    @ParameterizedTest
    @ValueSource(strings = "--memory=prioritized --n-step=3")
    void killedRunIsTheOneThatNeverStopped(String options) throws Exception {
        assertThatKilledRunIsTheOneThatNeverStopped(options, 2, 1_900);
    }

    @Tag("soak")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--memory=uniform",
                "--memory=prioritized --n-step=3",
                "--memory=rank",
                "--env=Catch --memory=rank --n-step=2"
            })
    void runKilledManyTimesIsTheOneThatNeverStopped(String options) throws Exception {
        assertThatKilledRunIsTheOneThatNeverStopped(options, Integer.getInteger("engram.kills", 10), 4_000);
    }

    private void assertThatKilledRunIsTheOneThatNeverStopped(String options, int kills, int steps) throws Exception {
        Path whole = directory.resolve("whole");
        String common = options + " --seed=8 --snapshot-every=100 --steps=" + steps;
        JsonObject expected = run(whole, common, () -> false);
        Path killed = directory.resolve("killed");
        Path json = directory.resolve("killed.json");
        String[] arguments = ("dqn --dir=" + killed + " --summary-json=" + json + " " + common).split(" ", -1);
        long seed = System.nanoTime();
        SplitMix64 random = new SplitMix64(seed);
        try (ChildRuns children = new ChildRuns(directory)) {
            for (int kill = 1; kill <= kills; kill++) {
                Process child = children.start(arguments);
                // The more kills there were, the later; then at any moment of a few snapshots.
                children.awaitStep(child, killed, Math.min(steps - 600, steps * kill / (kills + 1) / 100 * 100));
                if (child.waitFor(random.nextInt(150), TimeUnit.MILLISECONDS)) {
                    break;
                }
                child.destroyForcibly().waitFor();
            }
            Process last = children.start(arguments);
            assertThat(last.waitFor()).as(children.output()).isEqualTo(0);
        }
        JsonObject found = summary(json);
        assertThat(found.get("resumedFromStep").getAsLong()).isPositive();
        assertThat(found.get("weightsSha256")).as("seed %d", seed).isEqualTo(expected.get("weightsSha256"));
        Runs.requireEqual(killed, whole);
    }

    @Test
    void snapshotsAreKeptAsManyAsAskedFor() throws IOException {
        Path run = directory.resolve("run");
        run(run, "--steps=450 --snapshot-every=100 --keep=2", () -> false);
        assertThat(names(run)).containsExactly("step-000000400", "step-000000450");
        run(run, "--steps=450 --snapshot-every=100 --keep=1", () -> false);
        assertThat(names(run)).containsExactly("step-000000400", "step-000000450");
        run(run, "--steps=500 --snapshot-every=100 --keep=1", () -> false);
        assertThat(names(run)).containsExactly("step-000000500");
    }

    @Test
    void forkGoesOnAsTheRunItIsOf() throws IOException {
        String common = "--memory=prioritized --seed=3 --snapshot-every=600 --steps=1400";
        Path whole = directory.resolve("whole");
        run(whole, common, () -> false);
        Path branch = directory.resolve("branch");
        Snapshots.of(new RunDirectory(whole).memory()).fork("step-000001200", new RunDirectory(branch).memory());
        // Killed twice before it has gone anywhere.
        abandon(branch, "--steps=1400", 0);
        abandon(branch, common, 50);
        run(branch, common, () -> false);
        Runs.requireEqual(branch, whole);
    }

    /** Only at first: then a branch is a run like any other. */
    @Test
    void forkMayBecomeAnotherRun() throws IOException {
        Path whole = directory.resolve("whole");
        String weights = sha256(run(whole, "--seed=3 --steps=1300 --snapshot-every=1100", () -> false));
        for (String other : List.of("--seed=4", "--n-step=3", "--no-double")) {
            Path branch = directory.resolve("branch" + other);
            Snapshots.of(new RunDirectory(whole).memory()).fork("step-000001100", new RunDirectory(branch).memory());
            for (String wrong : List.of("--capacity=5000", "--memory=rank", "--preset=zoo", "--env=Catch")) {
                assertThatThrownBy(() -> run(branch, wrong, () -> false))
                        .isInstanceOf(UsageException.class)
                        .hasMessageContaining("was begun with ");
            }
            JsonObject found = run(branch, "--steps=1300 " + other, () -> false);
            assertThat(found.get("resumedFromStep").getAsLong()).isEqualTo(1_100);
            assertThat(sha256(found)).as(other).isNotEqualTo(weights);
            RunIdentity identity = RunIdentity.restore(Checkpoint.of("", Runs.state(branch, "run")));
            RunIdentity begun = RunIdentity.restore(Checkpoint.of("", Runs.state(whole, "run")));
            assertThat(identity).isNotEqualTo(begun);
            assertThatThrownBy(() -> run(branch, "--seed=5 --steps=1400", () -> false))
                    .isInstanceOf(UsageException.class);
            assertThat(sha256(run(branch, "--steps=1300 " + other, () -> false)))
                    .isEqualTo(sha256(found));
        }
    }

    /** By whoever wants what came after a snapshot to come once more. */
    @ParameterizedTest
    @EnumSource
    void memoryThatWasMadeToGoBackIsWhereTheRunGoesOn(ResumeMode mode) throws IOException {
        String common = "--memory=rank --seed=3 --snapshot-every=600 --keep=9 --steps=1400";
        Path whole = directory.resolve("whole");
        run(whole, common, () -> false);
        Path back = directory.resolve("back");
        run(back, common, () -> false);
        Snapshots.of(new RunDirectory(back).memory()).restore("step-000000600");
        abandon(back, common + " --resume=" + mode.label(), 100);
        JsonObject found = run(back, common, () -> false);
        assertThat(found.get("resumedFromStep").getAsLong()).isEqualTo(600);
        assertThat(names(back))
                .containsExactly(
                        "step-000000000",
                        "step-000000600",
                        "step-000001200",
                        "step-000001400",
                        "step-000000600-2",
                        "step-000001200-2",
                        "step-000001400-2");
        if (mode == ResumeMode.EXACT) {
            Runs.requireEqual(back, whole);
        }
    }

    private static String sha256(JsonObject summary) {
        return summary.get("weightsSha256").getAsString();
    }

    private static List<String> names(Path run) {
        return Snapshots.of(new RunDirectory(run).memory()).list().stream()
                .map(Snapshot::name)
                .toList();
    }

    /** Says stop when asked so many times. */
    private static BooleanSupplier stopAfter(int calls) {
        int[] asked = {0};
        return () -> ++asked[0] >= calls;
    }

    /** Runs a command, and lets everything drop after some steps; nothing is saved there. */
    private void abandon(Path run, String options, long steps) throws IOException {
        long[] asked = {0};
        BooleanSupplier drop = () -> {
            if (asked[0]++ >= steps) {
                throw new Abandoned();
            }
            return false;
        };
        try {
            run(run, options, drop);
        } catch (Abandoned e) {
            return;
        }
        throw new AssertionError("not abandoned after steps=" + steps);
    }

    private JsonObject run(Path run, String options, BooleanSupplier stop) throws IOException {
        Path json = directory.resolve("summary.json");
        Files.deleteIfExists(json);
        DqnCommand dqn = new DqnCommand();
        StringWriter said = new StringWriter();
        CommandLine commandLine = new CommandLine(dqn);
        commandLine.setOut(new PrintWriter(said, true));
        commandLine.setErr(new PrintWriter(said, true));
        commandLine.parseArgs(("--dir=" + run + " --summary-json=" + json + " " + options).split(" +", -1));
        dqn.run(stop);
        assertThat(said.toString()).doesNotContain("warning");
        return summary(json);
    }

    private static JsonObject summary(Path json) throws IOException {
        return JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    }

    private static final class Abandoned extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
