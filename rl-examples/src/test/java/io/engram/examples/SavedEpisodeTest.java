package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.SplitMix64;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An environment restored at any moment goes on as the one that was saved, bit for bit. */
class SavedEpisodeTest {
    private static final int STEPS = 3_000;

    /** Rare enough that many restored environments live through the end of an episode. */
    private static final int STEPS_A_SAVE = 150;

    @TempDir
    private Path directory;

    private SplitMix64 random = new SplitMix64(0);
    private Environment original = new CartPole(random);
    private Environment twin = original;

    static Stream<Arguments> environmentsAndSeeds() {
        return Environments.names().stream().flatMap(name -> Stream.of(1, 2, 3).map(seed -> Arguments.of(name, seed)));
    }

    @ParameterizedTest
    @MethodSource("environmentsAndSeeds")
    void restoredEnvironmentGoesOnBitForBit(String name, int seed) {
        SplitMix64 choices = new SplitMix64(seed);
        random = new SplitMix64(choices.nextLong());
        original = Environments.make(name, random);
        restoreTwin();
        assertSame("first", original.reset(), twin.reset());
        int sinceSave = 0;
        int endsAfterRestoring = 0;
        boolean truncated = false;
        for (int step = 0; step < STEPS; step++) {
            String where = "step " + step + ", " + sinceSave + " after restoring";
            int action = action(choices, seed);
            Environment.Step expected = original.step(action);
            Environment.Step restored = twin.step(action);
            assertSame(where, expected.observation(), restored.observation());
            assertThat(restored.reward()).as(where).isEqualTo(expected.reward());
            assertThat(restored.terminated()).as(where).isEqualTo(expected.terminated());
            assertThat(restored.truncated()).as(where).isEqualTo(expected.truncated());
            sinceSave++;
            if (choices.nextInt(STEPS_A_SAVE) == 0) {
                restoreTwin();
                sinceSave = 0;
            }
            if (expected.endsEpisode()) {
                endsAfterRestoring += sinceSave > 0 ? 1 : 0;
                truncated |= expected.truncated();
                if (choices.nextInt(4) == 0) {
                    restoreTwin();
                    assertThatThrownBy(() -> twin.step(0)).isInstanceOf(IllegalStateException.class);
                }
                assertSame(where, original.reset(), twin.reset());
            }
        }
        assertThat(endsAfterRestoring).isGreaterThan(2);
        assertThat(truncated).isEqualTo(!name.equals(Catch.NAME) && !fallsOver(name, seed));
    }

    /** Through a file, into an environment that has lived already, with a generator of its own. */
    private void restoreTwin() {
        Path file = directory.resolve("checkpoint.bin");
        double[] saved = original.save();
        Checkpoint.builder()
                .put("random", random.state())
                .put("episode", saved)
                .build()
                .write(file);
        Checkpoint read = Checkpoint.read(file);
        SplitMix64 ownRandom = new SplitMix64(77);
        twin = Environments.make(original.name(), ownRandom);
        twin.reset();
        twin.step(0);
        ownRandom.restore(read.getLong("random"));
        twin.restore(read.getDoubles("episode", saved.length));
        // Field by field, so that none is forgotten that decides only hundreds of steps later.
        assertThat(twin).usingRecursiveComparison().isEqualTo(original);
    }

    /** At random, which ends a CartPole's episodes soon; with other seeds it is balanced up to the limit of steps. */
    private int action(SplitMix64 choices, int seed) {
        int action = choices.nextInt(original.actions());
        if (!(original instanceof CartPole pole) || fallsOver(pole.name(), seed)) {
            return action;
        }
        double[] s = pole.state();
        return s[2] + 0.5 * s[3] + 0.02 * s[0] + 0.05 * s[1] > 0 ? 1 : 0;
    }

    private static boolean fallsOver(String name, int seed) {
        return name.equals(CartPole.NAME) && seed == 1;
    }

    private void assertSame(String where, Observation expected, Observation actual) {
        assertThat(bytes(actual)).as(where).isEqualTo(bytes(expected));
    }

    private byte[] bytes(Observation observation) {
        ByteBuffer buffer =
                ByteBuffer.allocate(original.observationSpec().length()).order(ByteOrder.nativeOrder());
        observation.copyTo(buffer, 0);
        return buffer.array();
    }
}
