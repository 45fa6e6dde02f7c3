package io.engram.examples;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What makes a run this run: a resumed one cannot change it.
 *
 * @param environment the environment's name
 * @param seed from which all randomness comes
 * @param capacity rows the memory keeps
 * @param settings of the algorithm
 */
record RunIdentity(String environment, long seed, long capacity, DqnSettings settings) {
    /** Adds it to a checkpoint. */
    void save(Checkpoint.Builder checkpoint) {
        checkpoint.put("environment", environment);
        checkpoint.put("seed", seed);
        checkpoint.put("capacity", capacity);
        checkpoint.put("preset", settings.preset());
        checkpoint.put("doubleDqn", settings.objective().doubleDqn() ? 1 : 0);
        checkpoint.put("memory", settings.replay().memory().label());
        checkpoint.put("settings", settings.toString());
    }

    /** Takes it from a checkpoint; throws {@link RunException} if a preset is no longer what it was. */
    static RunIdentity restore(Checkpoint checkpoint) {
        DqnSettings settings = DqnSettings.preset(checkpoint.getText("preset"))
                .withDoubleDqn(checkpoint.getLong("doubleDqn") == 1)
                .withMemory(MemoryKind.named(checkpoint.getText("memory")));
        if (!settings.toString().equals(checkpoint.getText("settings"))) {
            throw new RunException("the run was begun with " + checkpoint.getText("settings") + ", this version has "
                    + settings + "; begin a new run");
        }
        return new RunIdentity(
                checkpoint.getText("environment"),
                checkpoint.getLong("seed"),
                checkpoint.getLong("capacity"),
                settings);
    }

    /** Throws {@link UsageException} if something asked for differs; null asks for nothing. */
    void check(
            @Nullable String askedEnvironment,
            @Nullable Long askedSeed,
            @Nullable Long askedCapacity,
            @Nullable String askedPreset,
            @Nullable Boolean askedDoubleDqn,
            @Nullable String askedMemory) {
        check("--env", environment, askedEnvironment);
        check("--seed", seed, askedSeed);
        check("--capacity", capacity, askedCapacity);
        check("--preset", settings.preset(), askedPreset);
        check("--double", settings.objective().doubleDqn(), askedDoubleDqn);
        check("--memory", settings.replay().memory().label(), askedMemory);
    }

    private static <T> void check(String option, T begun, @Nullable T asked) {
        if (asked != null && !Objects.equals(begun, asked)) {
            throw new UsageException("the run in this directory was begun with " + option + "=" + begun
                    + " and cannot be resumed with " + option + "=" + asked
                    + "; leave the option out or choose another --dir");
        }
    }
}
