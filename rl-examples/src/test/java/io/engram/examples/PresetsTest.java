package io.engram.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.replay.DType;
import io.engram.replay.Field;
import io.engram.replay.RowLayout;
import io.engram.replay.Schema;
import io.engram.replay.SplitMix64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What there is for each environment. */
class PresetsTest {
    static List<String> environments() {
        return Environments.names();
    }

    @ParameterizedTest
    @MethodSource("environments")
    void presetIsFoundByItsName(String environment) {
        List<DqnSettings> presets = Presets.of(environment);
        assertThat(presets).extracting(DqnSettings::preset).doesNotHaveDuplicates();
        assertThat(Presets.first(environment)).isEqualTo(presets.get(0));
        for (DqnSettings settings : presets) {
            assertThat(Presets.named(environment, settings.preset())).isEqualTo(settings);
            assertThat(settings.objective().nStep()).isEqualTo(1);
            assertThat(settings.frames()).isEqualTo(environment.equals(Catch.NAME) ? 4 : 1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Catch,          zoo,     there is no preset 'zoo' for Catch; there are quick",
        "MountainCar-v0, quick,   'there is no preset ''quick'' for MountainCar-v0; there are zoo, cleanrl'",
        "Pong,           quick,   'there is no environment ''Pong''; there are Acrobot-v1, CartPole-v1, Catch, Mount'",
    })
    void wrongCombinationIsRefused(String environment, String preset, String sentence) {
        assertThatThrownBy(() -> Presets.named(environment, preset))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(sentence);
    }

    @ParameterizedTest
    @MethodSource("environments")
    void runIsRestoredAsItWasBegun(String environment) {
        RunIdentity identity = new RunRequest(environment, 7L, null, null, false, "rank", 3).identity();
        Checkpoint.Builder checkpoint = Checkpoint.builder();
        identity.save(checkpoint);
        RunIdentity restored = RunIdentity.restore(checkpoint.build());
        assertThat(restored).isEqualTo(identity);
        assertThat(restored.settings().objective().nStep()).isEqualTo(3);
        assertThatThrownBy(() -> new RunRequest(null, null, null, null, null, null, 5).check(restored))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("was begun with --n-step=3 and cannot be resumed with --n-step=5");
        new RunRequest(environment, 7L, null, null, false, "rank", 3).check(restored);
    }

    @Test
    void memoryHoldsWhatTheEnvironmentShows() {
        assertThat(schema(CartPole.NAME).field(Field.OBSERVATION).toString()).isEqualTo("state observation f32[4]");
        assertThat(schema(Acrobot.NAME).field(Field.OBSERVATION).toString()).isEqualTo("state observation f32[6]");
        Schema schema = schema(Catch.NAME);
        assertThat(schema.field(Field.OBSERVATION).dtype()).isEqualTo(DType.U8);
        assertThat(schema.field(Field.OBSERVATION).shape()).containsExactly(84, 84);
        assertThat(schema.rowLayout()).isEqualTo(RowLayout.ARRIVAL);
    }

    /** The norm is Stable-Baselines3's. */
    @ParameterizedTest
    @MethodSource("environments")
    void onlyTheZooClipsGradients(String environment) {
        for (DqnSettings settings : Presets.of(environment)) {
            assertThat(settings.objective().maxGradientNorm())
                    .isEqualTo(settings.preset().equals("zoo") ? 10 : Double.POSITIVE_INFINITY);
        }
    }

    private static Schema schema(String environment) {
        return Agent.schema(Environments.make(environment, new SplitMix64(0)));
    }

    @ParameterizedTest
    @MethodSource("environments")
    void environmentIsMadeByItsOwnName(String name) {
        Environment environment = Environments.make(name, new SplitMix64(3));
        assertThat(environment.name()).isEqualTo(name);
        assertThat(environment.reset()).isInstanceOf(Observation.class);
    }
}
