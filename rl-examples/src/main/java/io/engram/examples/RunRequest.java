package io.engram.examples;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks a run to be. Null asks for nothing: a new run takes the default, a resumed one stays what
 * it is.
 *
 * @param environment the environment's name
 * @param seed from which all randomness comes
 * @param capacity rows the memory keeps
 * @param preset the name of the environment's preset
 * @param doubleDqn whether Double DQN
 * @param memory the kind of memory
 * @param nStep rewards a return adds up
 */
record RunRequest(
        @Nullable String environment,
        @Nullable Long seed,
        @Nullable Long capacity,
        @Nullable String preset,
        @Nullable Boolean doubleDqn,
        @Nullable String memory,
        @Nullable Integer nStep) {
    private static final long DEFAULT_SEED = 1;

    /** The new run that is asked for; throws {@link UsageException} if there can be none. */
    RunIdentity identity() {
        String name = environment == null ? CartPole.NAME : environment;
        DqnSettings settings = preset == null ? Presets.first(name) : Presets.named(name, preset);
        if (doubleDqn != null) {
            settings = settings.withDoubleDqn(doubleDqn);
        }
        if (memory != null) {
            settings = settings.withMemory(MemoryKind.named(memory));
        }
        if (nStep != null) {
            settings = settings.withNStep(nStep);
        }
        return new RunIdentity(
                name,
                seed == null ? DEFAULT_SEED : seed,
                capacity == null ? settings.replay().capacity() : capacity,
                settings);
    }

    /**
     * The run that goes on from one that was begun and forked: another, so its seed and objective may be others. The
     * rest is what memory and network are made for; throws {@link UsageException} if that is asked to differ.
     */
    RunIdentity branch(RunIdentity begun) {
        new RunRequest(environment, null, capacity, preset, null, memory, null).check(begun);
        DqnSettings settings = begun.settings();
        return new RunIdentity(
                begun.environment(),
                seed == null ? begun.seed() : seed,
                begun.capacity(),
                settings.withDoubleDqn(doubleDqn == null ? settings.objective().doubleDqn() : doubleDqn)
                        .withNStep(nStep == null ? settings.objective().nStep() : nStep));
    }

    /** Throws {@link UsageException} if something asked for differs from the run that was begun. */
    void check(RunIdentity begun) {
        DqnSettings settings = begun.settings();
        check("--env", begun.environment(), environment);
        check("--seed", begun.seed(), seed);
        check("--capacity", begun.capacity(), capacity);
        check("--preset", settings.preset(), preset);
        check("--double", settings.objective().doubleDqn(), doubleDqn);
        check("--memory", settings.replay().memory().label(), memory);
        check("--n-step", settings.objective().nStep(), nStep);
    }

    private static <T> void check(String option, T begun, @Nullable T asked) {
        if (asked != null && !Objects.equals(begun, asked)) {
            throw new UsageException("the run in this directory was begun with " + option + "=" + begun
                    + " and cannot be resumed with " + option + "=" + asked
                    + "; leave the option out or choose another --dir");
        }
    }
}
